import { decodeBase64 } from '../base64.ts';
import { type HmacSettings, isProofHeader } from '../contract.ts';
import { headerValue, type RawRequest } from '../raw-request.ts';
import { hmacMatches } from './hmac.ts';
import type { Source } from './source.ts';
import { timestampProblem } from './timestamp.ts';

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** What most senders share; each says what is its own. */
const COMMON = { algorithm: 'sha256', prefix: '', template: '{body}' } as const;

type Scheme = Pick<HmacSettings, 'header' | 'encoding'> & Partial<HmacSettings>;

/** The half of a source that checks one HMAC in one header. */
export function hmacSigned(
  scheme: Scheme,
): Pick<Source, 'signatureHeaders' | 'identityHeaders' | 'checkSecret' | 'verify'> {
  const { header, algorithm, encoding, prefix, template, timestampHeader } = { ...COMMON, ...scheme };
  const signatureHeader = header.toLowerCase();
  const timeHeader = timestampHeader?.toLowerCase();
  const parts = parseTemplate(template);
  const bytes = DIGEST_BYTES[algorithm];
  const named = [
    ...(timeHeader === undefined ? [] : [timeHeader]),
    ...parts.flatMap((part) => (part.kind === 'header' ? [part.name] : [])),
  ];

  return {
    // A token that is signed too is a token still.
    signatureHeaders: [signatureHeader, ...named.filter(isProofHeader)],
    identityHeaders: named.filter((name) => !isProofHeader(name)),
    checkSecret: () => undefined,

    verify(request, trust) {
      const value = headerValue(request, signatureHeader);
      if (value === undefined) return 'signature-missing';
      const timestamp = timeHeader === undefined ? undefined : headerValue(request, timeHeader);
      const problem = timeHeader === undefined ? undefined : timestampProblem(timestamp, trust);
      if (problem !== undefined) return problem;
      if (value.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return 'signature-malformed';
      const digest = value.slice(prefix.length);
      const signature = encoding === 'hex' ? decodeHex(digest) : decodeBase64(digest);
      if (signature?.length !== bytes) return 'signature-malformed';
      const signed = parts.map((part) => partOf(request, part, timestamp));
      return hmacMatches(algorithm, trust.secrets, signed, [signature]) ? 'authentic' : 'signature-mismatch';
    },
  };
}

/** The bytes of a hex text, undefined if it isn't one: Node's own decoder stops at the first foreign character. */
export function decodeHex(text: string): Buffer | undefined {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'body' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'header'; readonly name: string };

function parseTemplate(template: string): Part[] {
  return template
    .split(/(\{(?:body|timestamp|header:[^{}]+)\})/)
    .filter((text) => text !== '')
    .map((text): Part => {
      if (text === '{body}') return { kind: 'body' };
      if (text === '{timestamp}') return { kind: 'timestamp' };
      const name = /^\{header:(.+)\}$/.exec(text)?.[1];
      return name === undefined ? { kind: 'text', text } : { kind: 'header', name: name.toLowerCase() };
    });
}

function partOf(request: RawRequest, part: Part, timestamp = ''): string | Uint8Array {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'body':
      return request.body;
    case 'timestamp':
      return timestamp;
    case 'header':
      return headerValue(request, part.name) ?? '';
  }
}
