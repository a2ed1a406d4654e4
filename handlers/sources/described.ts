import { isProofHeader, type SchemeSettings, type SenderSettings } from '../contract.ts';
import { basic, bearer } from './authorization.ts';
import { signedInBody } from './body-hmac.ts';
import { eventReader } from './event-reader.ts';
import { type Half, hmacSigned } from './hmac-signature.ts';
import { tokenSigned } from './jwt.ts';
import { publicKeySigned } from './public-key.ts';
import type { Source } from './source.ts';
import { standardWebhooksBy } from './standard-webhooks.ts';
import { tokenInBody, tokenInQuery, tokenSent } from './token.ts';

type Proving = Omit<Half, 'timeIn'> & Partial<Pick<Half, 'timeIn'>>;

/** A named sender, as the operator describes it. */
export function describedSource({ scheme, event, batch }: SenderSettings): Source {
  const proving = schemeOf(scheme);
  const told = eventReader(event);
  return {
    signatureHeaders: [...proving.signatureHeaders, ...told.headers.filter(isProofHeader)],
    identityHeaders: [...proving.identityHeaders, ...told.headers.filter((name) => !isProofHeader(name))],
    batch,
    checkSecret: proving.checkSecret,
    verify: proving.verify,
    identify: (request) => ({ ...told.read(request), attemptedAt: proving.timeIn?.(request) }),
  };
}

function schemeOf({
  hmac,
  publicKey,
  bodyHmac,
  jwt,
  token,
  authorization,
  standardWebhooks: orText,
}: SchemeSettings): Proving {
  if (hmac !== undefined) return hmacSigned(hmac);
  if (publicKey !== undefined) return publicKeySigned(publicKey);
  if (bodyHmac !== undefined) return signedInBody(bodyHmac);
  if (jwt !== undefined) return tokenSigned(jwt);
  if (authorization !== undefined) return authorization === 'Basic' ? basic : bearer;
  if (token === undefined) return standardWebhooksBy(orText === 'or-text');
  if ('header' in token) return tokenSent(token.header);
  return 'query' in token ? tokenInQuery(token.query) : tokenInBody(token.jsonPath);
}
