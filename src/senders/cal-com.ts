import type { Sender } from './sender.ts';

/** Cal.com. */
export const calCom: Sender = {
  title: 'Cal.com',
  page: 'https://github.com/calcom/cal.com/blob/main/packages/features/webhooks/lib/sendPayload.ts',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Cal-Signature-256', encoding: 'hex' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.triggerEvent}'],
    sentAt: { at: '{json:$.createdAt}', format: 'iso8601' },
  },
};
