import type { Sender } from './sender.ts';

/** Hookdeck. */
export const hookdeck: Sender = {
  title: 'Hookdeck',
  page: 'https://github.com/hookdeck/webhook-skills/blob/main/skills/hookdeck-event-gateway-webhooks/SKILL.md',
  secret: 'the signing secret of the project',
  shown: { by: 'documentation' },
  scheme: { hmac: { headers: ['x-hookdeck-signature', 'x-hookdeck-signature-2'], encoding: 'base64' } },
  event: { id: ['{header:x-hookdeck-eventid}'] },
};
