import type { Sender } from './sender.ts';

/** SendGrid event webhook. */
export const sendGrid: Sender = {
  title: 'SendGrid event webhook',
  page: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
  secret: 'the verification key (a public key)',
  shown: { by: 'library', of: '@sendgrid/eventwebhook' },
  scheme: {
    publicKey: {
      header: 'X-Twilio-Email-Event-Webhook-Signature',
      algorithm: 'ecdsa-p256-sha256',
      encoding: 'base64',
      template: '{timestamp}{body}',
      timestamp: { header: 'X-Twilio-Email-Event-Webhook-Timestamp', format: 'seconds' },
    },
  },
  event: { id: ['{bodySha256}'] },
  batch: {
    each: '$',
    event: {
      id: ['{json:$.sg_event_id}'],
      type: ['{json:$.event}'],
      sentAt: { at: '{json:$.timestamp}', format: 'seconds' },
    },
  },
};
