import type { PreQueueConfiguration } from '../../../../handlers/pre-queue/settings.ts';
import { withSender } from '../../../../src/senders/index.ts';

export const SECRET = 'very secret';

/** A function that takes GitHub's deliveries, and answers in none of the default codes. */
export const CONFIGURED = {
  kind: 'ready',
  settings: {
    source: withSender({ type: 'GitHub', toleranceSeconds: 300 }),
    secrets: [SECRET],
    response: {
      statusCode: 202,
      contentType: 'application/json',
      body: '{"received":true}',
      rejectedStatusCode: 403,
      unavailableStatusCode: 500,
    },
  },
} satisfies PreQueueConfiguration;
