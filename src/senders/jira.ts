import type { Sender } from './sender.ts';

/** Jira. */
export const jira: Sender = {
  title: 'Jira',
  page: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
  guide: 'jira.md',
  secret: 'the secret of the webhook',
  shown: { by: 'example', of: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/' },
  scheme: { hmac: { header: 'X-Hub-Signature', encoding: 'hex', prefix: 'sha256=' } },
  event: {
    id: ['{header:X-Atlassian-Webhook-Identifier}'],
    type: ['{json:$.webhookEvent}'],
    sentAt: { at: '{json:$.timestamp}', format: 'milliseconds' },
    retry: '{header:X-Atlassian-Webhook-Retry}',
  },
};
