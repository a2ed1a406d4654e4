import { HMAC_PLACEHOLDER } from '../contract.ts';
import { headerValue, type RawRequest } from '../raw-request.ts';
import { calledUrl } from './called-url.ts';
import { formFields, isTooComplex, sortedForm } from './form.ts';
import { bodyText, UNREAD } from './json-body.ts';
import { headersIn, readOf } from './places.ts';
import type { UnverifiedReason } from './source.ts';

/** What is known beside the request. */
interface Filling {
  readonly timestamp: string;
  /** The header with the time, in lower case. */
  readonly timestampHeader: string | undefined;
  /** The endpoint's URL as the user says that its sender has it. */
  readonly publicUrl: string | undefined;
}

/** What stands for one part in one request, or why nothing can. */
type Fill = (request: RawRequest, filling: Filling) => string | Uint8Array | Unfit;

interface Unfit {
  readonly reason: UnverifiedReason;
}

/** What a sender signs, as the user writes it down. */
export interface Template {
  /** Headers that it names, in lower case. */
  readonly headers: readonly string[];
  /** The parts, one after the other, or why the request isn't one of this sender. */
  fill(request: RawRequest, filling: Filling): readonly (string | Uint8Array)[] | UnverifiedReason;
}

const PLACEHOLDER = new RegExp(`\\{(${HMAC_PLACEHOLDER.source})\\}`);

export function parseTemplate(template: string): Template {
  // Split by an expression with one group, every second piece is what stands in braces.
  const pieces = template.split(PLACEHOLDER);
  const fills = pieces.map((piece, index) => (index % 2 === 0 ? () => piece : fillOf(piece)));
  return {
    headers: headersIn(pieces),
    fill(request, filling) {
      const parts: (string | Uint8Array)[] = [];
      for (const fill of fills) {
        const part = fill(request, filling);
        if (typeof part !== 'string' && 'reason' in part) return part.reason;
        parts.push(part);
      }
      return parts;
    },
  };
}

function fillOf(placeholder: string): Fill {
  const [kind = '', argument = ''] = placeholder.split(/:(.*)/s, 2);
  switch (kind) {
    case 'body':
      return ({ body }) => body;
    case 'timestamp':
      return (_, { timestamp }) => timestamp;
    case 'method':
      return ({ method }) => method;
    case 'url':
      return (request, { publicUrl }) => publicUrl ?? calledUrl(request) ?? { reason: 'url-unknown' };
    case 'path':
      return ({ url }, { publicUrl }) => /^https:\/\/[^/?]*([^?]*)/.exec(publicUrl ?? url)?.[1] || '/';
    case 'query':
      return (request, { publicUrl }) => {
        const url = publicUrl ?? calledUrl(request);
        if (url === undefined) return { reason: 'url-unknown' };
        return url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
      };
    case 'headers': {
      const list = argument.toLowerCase();
      return (request, { timestampHeader = list }) => {
        const named = headerValue(request, list)?.toLowerCase() ?? '';
        const names = named
          .split(',')
          .map((name) => name.trim())
          .sort();
        // One that it leaves out could be anyone's.
        if (!names.includes(list) || !names.includes(timestampHeader))
          return { reason: 'signature-mismatch' };
        return names.map((name) => `${name}:${headerValue(request, name) ?? ''}`).join(';');
      };
    }
    case 'header':
    case 'json': {
      const read = readOf(placeholder);
      return (request) => {
        const value = read(request);
        return value === UNREAD ? { reason: 'body-too-complex' } : (value ?? '');
      };
    }
    default:
      return (request) => {
        if (isTooComplex(request.body)) return { reason: 'body-too-complex' };
        const fields = formFields(bodyText(request));
        if (fields === undefined) return { reason: 'body-unexpected' };
        return argument === '*' ? sortedForm(fields) : ([...(fields.get(argument) ?? [])][0] ?? '');
      };
  }
}
