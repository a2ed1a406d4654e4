import type { HeaderValues } from '../raw-request.ts';
import type { Source } from '../sources/source.ts';

/** Names that a document can hold as a key and a user can query; senders use no others. */
const PLAIN_NAME = /^[a-z][a-z0-9_-]*$/;

/** What may prove who sent, whoever the sender is: with source None, any sender's signature comes here. */
const CREDENTIAL = /authoriz|(^|-)auth(-|$)|cookie|signature|hmac|token|secret|password|credential|api-?key/;

/** What the way here added or needed, and the content type, which has its own place in the envelope. */
const TRANSPORT =
  /^(host|connection|content-(type|length)|accept-encoding|transfer-encoding|te|via|forwarded|x-forwarded-.*|x-amz.*|cloudfront-.*)$/;

/** The headers that stay with an event: the sender's own, without any that could prove to someone else who sent. */
export function keptHeaders(headers: HeaderValues, source: Source): Record<string, readonly string[]> {
  const kept = [...headers].filter(
    ([name]) =>
      PLAIN_NAME.test(name) &&
      !TRANSPORT.test(name) &&
      !source.signatureHeaders.includes(name) &&
      (!CREDENTIAL.test(name) || source.identityHeaders.includes(name)),
  );
  return Object.fromEntries(kept);
}
