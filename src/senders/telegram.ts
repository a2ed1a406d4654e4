import type { Sender } from './sender.ts';

/** Telegram bots. */
export const telegram: Sender = {
  title: 'Telegram bots',
  page: 'https://core.telegram.org/bots/api#setwebhook',
  secret: 'the `secret_token` that you gave to setWebhook',
  shown: { by: 'documentation' },
  scheme: { token: { header: 'X-Telegram-Bot-Api-Secret-Token' } },
  event: { id: ['{json:$.update_id}'] },
};
