import { isProofHeader, type SchemeSettings, type SenderSettings } from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { basic, bearer } from './authorization.ts';
import { signedInBody } from './body-hmac.ts';
import { bodyId } from './event-id.ts';
import { type Half, hmacSigned } from './hmac-signature.ts';
import { timeOf, UNREAD, wholeNumberOf } from './json-body.ts';
import { known, placedText } from './places.ts';
import { publicKeySigned } from './public-key.ts';
import type { Source } from './source.ts';
import { standardWebhooksBy } from './standard-webhooks.ts';
import { tokenInBody, tokenInQuery, tokenSent } from './token.ts';

type Proving = Omit<Half, 'timeIn'> & Partial<Pick<Half, 'timeIn'>>;

/** A named sender, as the operator describes it. */
export function describedSource({ scheme, event }: SenderSettings): Source {
  const proving = schemeOf(scheme);
  const text = (places: string | undefined) => (places === undefined ? undefined : placedText(places));
  const ids = event.id.map(placedText);
  const types = (event.type ?? []).map(placedText);
  const [sentAt, retry, attempt] = [event.sentAt?.at, event.retry, event.attempt].map(text);
  const named = [...ids, ...types, sentAt, retry, attempt].flatMap((each) => each?.headers ?? []);

  const numberIn = (request: RawRequest, place: typeof retry) => wholeNumberOf(known(place?.read(request)));
  return {
    signatureHeaders: [...proving.signatureHeaders, ...named.filter(isProofHeader)],
    identityHeaders: [...proving.identityHeaders, ...named.filter((name) => !isProofHeader(name))],
    checkSecret: proving.checkSecret,
    verify: proving.verify,

    identify(request) {
      const retries = numberIn(request, retry);
      const time = known(sentAt?.read(request));
      return {
        id: first(ids, request, bodyId(request)),
        type: first(types, request),
        sentAt: time === undefined ? undefined : timeAs(time, event.sentAt?.format),
        attemptedAt: proving.timeIn?.(request),
        attempt: numberIn(request, attempt) ?? (retries === undefined ? undefined : retries + 1),
      };
    },
  };
}

function schemeOf({
  hmac,
  publicKey,
  bodyHmac,
  token,
  authorization,
  standardWebhooks: orText,
}: SchemeSettings): Proving {
  if (hmac !== undefined) return hmacSigned(hmac);
  if (publicKey !== undefined) return publicKeySigned(publicKey);
  if (bodyHmac !== undefined) return signedInBody(bodyHmac);
  if (authorization !== undefined) return authorization === 'Basic' ? basic : bearer;
  if (token === undefined) return standardWebhooksBy(orText === 'or-text');
  if ('header' in token) return tokenSent(token.header);
  return 'query' in token ? tokenInQuery(token.query) : tokenInBody(token.jsonPath);
}

/** The first that says something; `unread` once one can't be told because the body isn't parsed. */
function first(
  texts: readonly ReturnType<typeof placedText>[],
  request: RawRequest,
  unread?: string,
): string | undefined {
  for (const text of texts) {
    const value = text.read(request);
    if (value === UNREAD) return unread;
    if (value !== undefined) return value;
  }
  return undefined;
}

function timeAs(text: string, format: string | undefined): Date | undefined {
  const number = wholeNumberOf(text);
  // Some of a sender's events have a number and others a text.
  return number === undefined ? timeOf(text) : timeOf(number, format === 'seconds' ? 1000 : 1);
}
