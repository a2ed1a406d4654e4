import { parse, stringify } from 'node:querystring';
import { decodeBase64 } from '../base64.ts';
import { headerValue, queryValue } from '../raw-request.ts';
import { sha256Hex } from '../sha256.ts';
import { calledUrl } from './called-url.ts';
import { formFields, isTooComplex, sortedForm } from './form.ts';
import { hmacMatches } from './hmac.ts';
import { bodyText, textOf, timeOf, wholeNumberOf } from './json-body.ts';
import type { Source } from './source.ts';

const SIGNATURE = 'x-twilio-signature';
const IDEMPOTENCY = 'i-twilio-idempotency-token';
const BODY_HASH = 'bodySHA256';
const SHA1_BYTES = 20;

/** Twilio (twilio.com/docs: "Webhooks security: validating signatures from Twilio"). */
export const twilio: Source = {
  signatureHeaders: [SIGNATURE],
  identityHeaders: [IDEMPOTENCY],
  checkSecret: () => undefined,

  verify(request, { secrets, settings }) {
    const header = headerValue(request, SIGNATURE);
    if (header === undefined) return 'signature-missing';
    const signature = decodeBase64(header);
    if (signature?.length !== SHA1_BYTES) return 'signature-malformed';
    const url = settings.publicUrl ?? calledUrl(request, BODY_HASH);
    if (url === undefined) return 'url-unknown';

    // A body that is no form is signed by its hash, which Twilio appends to the URL.
    const bodyHash = queryValue(request, BODY_HASH);
    if (bodyHash !== undefined && sha256Hex(request.body) !== bodyHash.toLowerCase()) return 'body-mismatch';
    const hashed = bodyHash !== undefined;
    const query = hashed ? `${url.includes('?') ? '&' : '?'}${BODY_HASH}=${bodyHash}` : '';
    if (!hashed && isTooComplex(request.body)) return 'body-too-complex';
    const fields = formFields(hashed ? '' : bodyText(request));
    if (fields === undefined) return 'body-unexpected';
    const form = hashed ? '' : sortedForm(fields);

    const signed = [...spellings(`${url}${query}`)].map((spelling) => `${spelling}${form}`);
    const matches = signed.map((text) => hmacMatches('sha1', secrets, [text], [signature]));
    return matches.includes(true) ? 'authentic' : 'signature-mismatch';
  },

  identify(request) {
    const isForm = queryValue(request, BODY_HASH) === undefined;
    const form = new URLSearchParams(isForm ? bodyText(request) : '');
    return {
      id: headerValue(request, IDEMPOTENCY),
      // Status callbacks of calls have both (Twilio: Voice, Call resource, StatusCallback).
      sentAt: timeOf(textOf(form.get('Timestamp'))),
      sequence: wholeNumberOf(textOf(form.get('SequenceNumber'))),
    };
  },
};

/**
 * What Twilio may have signed of one URL (npm twilio: validateRequest): as it was entered, or escaped as WHATWG says, or
 * with its query escaped as Node's `querystring` does; each with or without port, whichever way it called.
 */
function spellings(url: string): Set<string> {
  const escaped = URL.canParse(url) ? new URL(url).href : url;
  const query = escaped.indexOf('?') + 1;
  const requoted = escaped.slice(0, query) + stringify(parse(escaped.slice(query)));
  return new Set([url, escaped, ...(query > 0 ? [requoted] : [])].flatMap(withAndWithoutPort));
}

function withAndWithoutPort(url: string): string[] {
  // A colon stands in user and password too, and in an IPv6 address.
  const [, user = '', host = '', port = ':443', rest = ''] =
    /^https:\/\/([^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)(:\d*)?(.*)$/is.exec(url) ?? [];
  return ['', port].map((variant) => `https://${user}${host}${variant}${rest}`);
}
