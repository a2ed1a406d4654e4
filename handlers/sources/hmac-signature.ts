import { decodeBase64, decodeBase64Url } from '../base64.ts';
import { type HmacScheme, type HmacSettings, isProofHeader, type TimestampSettings } from '../contract.ts';
import { headerValue, type RawRequest } from '../raw-request.ts';
import { partsOf } from './header-parts.ts';
import { hmacMatches } from './hmac.ts';
import { parseTemplate } from './hmac-template.ts';
import { at, jsonBody, scalarOf, stepsOf, UNREAD } from './json-body.ts';
import type { Source, Trust, UnverifiedReason } from './source.ts';
import { timestampProblem, timestampTime } from './timestamp.ts';

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

export const DECODE = { hex: decodeHex, base64: decodeBase64, base64url: decodeBase64Url } as const;

/** What a signature is checked by. */
export interface Proof {
  /** Whether a signature may be of so many bytes. */
  isLength(bytes: number): boolean;
  checkSecret(secret: string): string | undefined;
  /** Whether one of the signatures is that of the parts, one after the other, under one of the secrets. */
  matches(
    secrets: readonly string[],
    signed: readonly (string | Uint8Array)[],
    signatures: readonly Uint8Array[],
  ): boolean;
}

type Scheme = Omit<HmacScheme, 'algorithm' | 'keyEncoding'>;

export type Half = Pick<Source, 'signatureHeaders' | 'identityHeaders' | 'checkSecret' | 'verify'> & {
  /** The time that the sender signs, if it signs one. */
  timeIn(request: RawRequest): Date | undefined;
};

/** The half of a source that checks an HMAC, as the scheme describes it. What most senders share need not be said. */
export function hmacSigned({ algorithm, keyEncoding, ...scheme }: HmacScheme): Half {
  return signedBy(hmacProof({ algorithm, keyEncoding }), scheme);
}

/** What an HMAC is checked by. */
export function hmacProof({
  algorithm = 'sha256',
  keyEncoding = 'text',
}: Pick<HmacScheme, 'keyEncoding'> & { readonly algorithm?: HmacScheme['algorithm'] | undefined }): Proof {
  return {
    isLength: (bytes) => bytes === DIGEST_BYTES[algorithm],
    checkSecret: (secret) => keyProblem(secret, keyEncoding),
    matches(secrets, signed, signatures) {
      const keys = secrets.flatMap((secret) => keyOf(secret, keyEncoding) ?? []);
      return hmacMatches(algorithm, keys, signed, signatures);
    },
  };
}

/** The half of a source that checks a signature in a header, as the scheme describes it. */
export function signedBy(proof: Proof, scheme: Scheme): Half {
  const { encoding, parts, prefix = '' } = scheme;
  const template = parseTemplate(scheme.template ?? '{body}');
  const headers = (scheme.headers ?? [scheme.header ?? '']).map((name) => name.toLowerCase());
  const time = timestampIn(scheme);
  const named = [...(time.header === undefined ? [] : [time.header]), ...template.headers];

  const digestsIn = (value: string): string[] => {
    if (parts !== undefined) return partsOf(value, parts, parts.signature);
    const start = value.slice(0, prefix.length);
    return start.toLowerCase() === prefix.toLowerCase() ? [value.slice(prefix.length)] : [];
  };
  const timestampOf = (request: RawRequest): string | undefined | UnfitTime => {
    if (time.header !== undefined) return headerValue(request, time.header);
    if (time.steps !== undefined) {
      const body = jsonBody(request);
      return body === UNREAD ? { reason: 'body-too-complex' } : scalarOf(at(body, ...time.steps));
    }
    if (time.part === undefined || parts === undefined) return undefined;
    const [timestamp, ...further] = partsOf(headerValue(request, headers[0] ?? '') ?? '', parts, time.part);
    return further.length > 0 ? { reason: 'timestamp-malformed' } : timestamp;
  };
  const timeProblem = (timestamp: string | undefined | UnfitTime, trust: Trust) =>
    typeof timestamp === 'object' ? timestamp.reason : timestampProblem(timestamp, trust, time.format);

  return {
    // A token that is signed too is a token still.
    signatureHeaders: [...headers, ...named.filter(isProofHeader)],
    identityHeaders: named.filter((name) => !isProofHeader(name)),
    checkSecret: proof.checkSecret,

    verify(request, trust) {
      const values = headers.flatMap((name) => headerValue(request, name) ?? []);
      if (values.length === 0) return 'signature-missing';
      const isInBody = time.steps !== undefined;
      const timestamp = isInBody ? undefined : timestampOf(request);
      const problem = time.isSigned && !isInBody ? timeProblem(timestamp, trust) : undefined;
      if (problem !== undefined) return problem;

      const digests = values.flatMap(digestsIn).flatMap((digest) => DECODE[encoding](digest) ?? []);
      const signatures = digests.filter(({ length }) => proof.isLength(length));
      if (signatures.length === 0) return 'signature-malformed';
      const signed = template.fill(request, {
        timestamp: typeof timestamp === 'string' ? timestamp : '',
        timestampHeader: time.header,
        publicUrl: trust.settings.publicUrl,
      });
      if (typeof signed === 'string') return signed;
      if (!proof.matches(trust.secrets, signed, signatures)) return 'signature-mismatch';
      // Once it is known who sent it: a body that anyone sent isn't parsed for its time.
      return (isInBody ? timeProblem(timestampOf(request), trust) : undefined) ?? 'authentic';
    },

    timeIn(request) {
      const timestamp = timestampOf(request);
      return typeof timestamp === 'string' ? timestampTime(timestamp, time.format) : undefined;
    },
  };
}

interface UnfitTime {
  readonly reason: UnverifiedReason;
}

/** Where the time is; `timestampHeader` is the short form for Unix seconds in a header. */
function timestampIn({ timestamp, timestampHeader }: Pick<Scheme, 'timestamp' | 'timestampHeader'>) {
  const from: Partial<TimestampSettings> = timestamp ?? { header: timestampHeader };
  return {
    header: from.header?.toLowerCase(),
    part: from.part,
    steps: from.jsonPath === undefined ? undefined : stepsOf(from.jsonPath),
    format: from.format ?? 'seconds',
    isSigned: (from.header ?? from.part ?? from.jsonPath) !== undefined,
  };
}

/** The bytes of a hex text, undefined if it isn't one: Node's own decoder stops at the first foreign character. */
export function decodeHex(text: string): Buffer | undefined {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

type KeyEncoding = NonNullable<HmacSettings['keyEncoding']>;

function keyOf(secret: string, encoding: KeyEncoding): string | Buffer | undefined {
  return encoding === 'text' ? secret : DECODE[encoding](secret);
}

function keyProblem(secret: string, encoding: KeyEncoding): string | undefined {
  return keyOf(secret, encoding)?.length
    ? undefined
    : `is not ${encoding}, which hmac.keyEncoding says that it is: copy it whole, or set keyEncoding to text`;
}
