import { createHmac } from 'node:crypto';
import { queryValue } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { jsonAnswer } from './handshake.ts';
import { hmacSigned } from './hmac-signature.ts';
import type { Source } from './source.ts';

const signed = hmacSigned({ header: 'x-twitter-webhooks-signature', prefix: 'sha256=', encoding: 'base64' });

/**
 * Anyone may ask for the HMAC of a `crc_token`, and it is made with the key that signs bodies. So what is answered for
 * as a token is never taken as a body, or whoever asks could have a body of his own signed.
 */
const CRC_TOKEN = /^[\w.~+/=-]{1,256}$/;

/** X (docs.x.com: "Webhooks quickstart: the CRC check", "Securing webhooks: signature header"). */
export const x: Source = {
  ...signed,

  verify(request, trust) {
    if (request.body.length <= 256 && CRC_TOKEN.test(request.body.toString('latin1')))
      return 'body-unexpected';
    return signed.verify(request, trust);
  },

  identify: (request) => ({ id: bodyId(request) }),

  handshake(request, { secrets: [secret] }) {
    if (request.method !== 'GET' || !request.query.has('crc_token')) return undefined;
    const token = queryValue(request, 'crc_token');
    if (token === undefined || secret === undefined || !CRC_TOKEN.test(token)) return 'token-malformed';
    const digest = createHmac('sha256', secret).update(token).digest('base64');
    return jsonAnswer({ response_token: `sha256=${digest}` });
  },
};
