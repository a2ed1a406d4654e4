import type { Sender } from './sender.ts';

/** OpenAI. */
export const openAI: Sender = {
  title: 'OpenAI',
  page: 'https://platform.openai.com/docs/guides/webhooks',
  secret: 'the signing secret of the webhook (whsec_…)',
  shown: {
    by: 'example',
    of: 'https://github.com/openai/openai-node/blob/master/tests/lib/webhooks.test.ts',
  },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
