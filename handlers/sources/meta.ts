import { queryValue } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { textAnswer } from './handshake.ts';
import { hmacSigned } from './hmac-signature.ts';
import type { Source } from './source.ts';
import { isSecret } from './token.ts';

/** As WebSub signs (W3C, section 8). */
const signed = hmacSigned({ header: 'X-Hub-Signature-256', prefix: 'sha256=', encoding: 'hex' });

/**
 * The verify token travels in URLs, which are logged on the way, so nothing is ever verified with it as a key: it is
 * told from an app secret, which is hex, by how it starts.
 */
const isVerifyToken = (secret: string) => secret.startsWith('verify_');

/** Meta: Facebook, Instagram, WhatsApp (developers.facebook.com: "Webhooks from Meta: getting started"). */
export const meta: Source = {
  ...signed,

  // What changed of one object: what stands deeper doesn't say whose it is.
  batch: { each: '$.entry', event: { id: [], type: ['{json:$.changes[0].field}'] } },

  checkSecrets: (secrets) =>
    secrets.every(isVerifyToken)
      ? 'source Meta needs the app secret beside the verify token: name it in spec.source.secretRefs too'
      : undefined,

  verify(request, trust) {
    const secrets = trust.secrets.filter((secret) => !isVerifyToken(secret));
    return signed.verify(request, { ...trust, secrets });
  },

  identify: (request) => ({ id: bodyId(request) }),

  handshake(request, { secrets }) {
    const challenge = queryValue(request, 'hub.challenge');
    if (request.method !== 'GET' || queryValue(request, 'hub.mode') !== 'subscribe') return undefined;
    const token = queryValue(request, 'hub.verify_token');
    if (token === undefined || challenge === undefined) return 'token-missing';
    return isSecret(token, secrets.filter(isVerifyToken)) ? textAnswer(challenge) : 'token-mismatch';
  },
};
