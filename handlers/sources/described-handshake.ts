import { createHmac } from 'node:crypto';
import type { HandshakeSettings } from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { BODY_LIMITS } from './limits.ts';
import { known, placedText } from './places.ts';
import type { HandshakeAnswer, Source } from './source.ts';

/** The source with answers to questions that are described, which come before its own. */
export function withHandshakes(source: Source, handshakes: readonly HandshakeSettings[]): Source {
  if (handshakes.length === 0) return source;
  const questions = handshakes.map(questionOf);
  return {
    ...source,
    handshake(request, trust) {
      for (const { isAsked, isSigned, answer } of questions) {
        if (!isAsked(request)) continue;
        const by = (secrets: readonly string[]) => source.verify(request, { ...trust, secrets });
        if (isSigned && by(trust.secrets) !== 'authentic') continue;
        // While it is rotated, the sender knows one of them.
        const secret = trust.secrets.find((each) => isSigned && by([each]) === 'authentic');
        const answered = answer(request, secret ?? trust.secrets[0]);
        if (answered !== undefined) return answered;
      }
      return source.handshake?.(request, trust);
    },
  };
}

function questionOf({
  method,
  when = {},
  signed,
  answer: { statusCode = 200, contentType = 'text/plain', headers, text = '', json },
}: HandshakeSettings) {
  const conditions = Object.entries(when).map(([place, value]) => [placedText(place), value] as const);
  const words = Object.entries(when).flatMap(([place, value]) =>
    place.startsWith('{json:') ? (value ?? []) : [],
  );
  const [head, members, body] = [filling(headers), filling(json), filling({ text })];
  return {
    isSigned: signed === true,
    isAsked: (request: RawRequest) =>
      request.method === method &&
      // All other deliveries come by here too, and those of anyone: parsed is only what a sender may ask.
      request.body.length <= BODY_LIMITS.handshake.bytes &&
      words.every((word) => request.body.includes(word)) &&
      conditions.every(([place, value]) => {
        const found = known(place.read(request));
        return found !== undefined && (value === null || found === value);
      }),
    /** Undefined if something of it isn't in the request, or can't stand in a header. */
    answer(request: RawRequest, secret = ''): HandshakeAnswer | undefined {
      const filled = head(request, secret);
      const said = (json === undefined ? body : members)(request, secret);
      // RFC 9110, section 5.5.
      const isSendable = filled && Object.values(filled).every((value) => /^[ -~]*$/.test(String(value)));
      if (!isSendable || said === undefined) return undefined;
      return {
        statusCode,
        headers: filled as Readonly<Record<string, string>>,
        ...(json === undefined
          ? { contentType, body: String(said.text) }
          : { contentType: 'application/json', body: JSON.stringify(said) }),
      };
    },
  };
}

type Values = NonNullable<HandshakeSettings['answer']['json']>;

/** Fills in texts with places, all of them or none. */
function filling(values: Values = {}) {
  const fills = Object.entries(values).map(([name, value]) => {
    const { hmacOf } = typeof value === 'object' ? value : {};
    const placed = typeof value === 'number' ? undefined : placedText(hmacOf ?? String(value));
    return (request: RawRequest, secret: string) => {
      const filled = placed === undefined ? value : known(placed.read(request));
      const isHmac = hmacOf !== undefined && typeof filled === 'string';
      return [name, isHmac ? createHmac('sha256', secret).update(filled).digest('hex') : filled] as const;
    };
  });
  return (request: RawRequest, secret: string): Readonly<Record<string, unknown>> | undefined => {
    const filled = fills.map((fill) => fill(request, secret));
    return filled.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(filled);
  };
}
