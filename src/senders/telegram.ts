import type { Sender } from './sender.ts';

/** Telegram bots. */
export const telegram: Sender = {
  title: 'Telegram bots',
  page: 'https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/WebhookActor.cpp',
  secret: 'the `secret_token` that you gave to setWebhook',
  shown: { by: 'documentation' },
  scheme: { token: { header: 'X-Telegram-Bot-Api-Secret-Token' } },
  event: { id: ['{json:$.update_id}'] },
};
