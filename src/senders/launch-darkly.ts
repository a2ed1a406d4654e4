import type { Sender } from './sender.ts';

/** LaunchDarkly. */
export const launchDarkly: Sender = {
  title: 'LaunchDarkly',
  page: 'https://launchdarkly.com/docs/integrations/webhooks',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-LD-Signature', encoding: 'hex' } },
  event: {
    id: ['{json:$._id}'],
    type: ['{json:$.kind}'],
    sentAt: { at: '{json:$.date}', format: 'milliseconds' },
  },
};
