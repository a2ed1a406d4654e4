import { crc32 } from 'node:zlib';
import { decodeBase64 } from '../base64.ts';
import { headerValue } from '../raw-request.ts';
import { isSignedBy, isValidAt } from './certificate.ts';
import { at, jsonBody, textOf, timeOf } from './json-body.ts';
import type { Source } from './source.ts';

const ID = 'paypal-transmission-id';
const TIME = 'paypal-transmission-time';
const SIGNATURE = 'paypal-transmission-sig';
const ALGORITHM = 'paypal-auth-algo';
const CERTIFICATE_URL = 'paypal-cert-url';

const CERTIFICATE =
  /^https:\/\/api\.(sandbox\.)?paypal\.com\/v1\/notifications\/certs\/CERT-[A-Za-z0-9-]{1,128}$/;

/**
 * PayPal (developer.paypal.com: "Integrate webhooks"; github.com/paypal/PayPal-Python-SDK: notifications.py). A secret is the
 * id of the webhook, which is signed too. Of the body only a checksum is: whoever has seen a delivery can make another with
 * the same.
 */
export const payPal: Source = {
  signatureHeaders: [SIGNATURE, ALGORITHM, CERTIFICATE_URL],
  identityHeaders: [ID, TIME],
  checkSecret: (secret) =>
    /^[A-Za-z0-9]{1,50}$/.test(secret)
      ? undefined
      : 'is not the id of a webhook, which has letters and digits alone: copy it from where the webhook was made',

  certificateUrl(request) {
    const url = headerValue(request, CERTIFICATE_URL) ?? '';
    return CERTIFICATE.test(url) ? url : undefined;
  },

  verify(request, { secrets, certificate, now }) {
    const [id, time, signature, algorithm] = [ID, TIME, SIGNATURE, ALGORITHM].map((name) =>
      headerValue(request, name),
    );
    if (signature === undefined) return 'signature-missing';
    if (id === undefined) return 'id-missing';
    if (time === undefined) return 'timestamp-missing';
    const bytes = decodeBase64(signature);
    if (bytes === undefined || algorithm !== 'SHA256withRSA') return 'signature-malformed';
    if (!certificate || !isValidAt(certificate, now)) return 'certificate-unknown';
    // What stands between two of them is in none: else a part of one could be passed off as a part of the next.
    if (`${id}${time}`.includes('|')) return 'signature-malformed';
    const sum = crc32(request.body);
    const isOurs = secrets.some((webhookId) =>
      isSignedBy(certificate, 'sha256', `${id}|${time}|${webhookId}|${sum}`, bytes),
    );
    return isOurs ? 'authentic' : 'signature-mismatch';
  },

  identify(request) {
    const event = jsonBody(request);
    return {
      id: textOf(at(event, 'id')),
      type: textOf(at(event, 'event_type')),
      sentAt: timeOf(at(event, 'create_time')),
      attemptedAt: timeOf(headerValue(request, TIME)),
    };
  },
};
