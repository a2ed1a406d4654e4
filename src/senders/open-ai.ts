import type { Sender } from './sender.ts';

/** OpenAI. */
export const openAI: Sender = {
  title: 'OpenAI',
  page: 'https://platform.openai.com/docs/guides/webhooks',
  secret: 'the signing secret of the webhook (whsec_…)',
  shown: { by: 'documentation' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
