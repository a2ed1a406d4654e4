import { type EventIdSettings, isProofHeader } from '../contract.ts';
import { headerValue, type RawRequest } from '../raw-request.ts';
import { sha256Hex } from '../sha256.ts';
import { at, jsonBody, jsonInForm, scalarOf, stepsOf, UNREAD } from './json-body.ts';
import type { Source } from './source.ts';

/**
 * The body as identity, for senders that name none but never send the same bytes for two events, and for bodies in which
 * it isn't looked for.
 */
export function bodyId(request: RawRequest): string {
  return `sha256:${sha256Hex(request.body)}`;
}

/** The source with an identity that the user chose. A delivery without it is an event of its own. */
export function withEventId(source: Source, { each, header, jsonPath, bodySha256 }: EventIdSettings): Source {
  if (each !== undefined) {
    const id = jsonPath === undefined ? [] : [`{json:${jsonPath}}`];
    // A request that comes again is known by its bytes.
    return { ...withEventId(source, { bodySha256: true }), batch: { each, event: { id } } };
  }
  const name = header?.toLowerCase();
  const steps = stepsOf(jsonPath ?? '');
  const list = name !== undefined && isProofHeader(name) ? 'signatureHeaders' : 'identityHeaders';
  return {
    ...source,
    batch: undefined,
    ...(name !== undefined && { [list]: [...source[list], name] }),
    identify(request) {
      const known = source.identify(request);
      if (bodySha256) return { ...known, id: bodyId(request) };
      if (name !== undefined) return { ...known, id: headerValue(request, name) };
      const body = jsonBody(request) ?? jsonInForm(request);
      return { ...known, id: body === UNREAD ? bodyId(request) : scalarOf(at(body, ...steps)) };
    },
  };
}
