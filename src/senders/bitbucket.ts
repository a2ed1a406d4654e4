import type { Sender } from './sender.ts';

/** Bitbucket, Cloud and Data Center: each has its own header for the identity. */
export const bitbucket: Sender = {
  title: 'Bitbucket',
  page: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
  guide: 'bitbucket.md',
  secret: 'the secret of the webhook',
  shown: { by: 'example', of: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/' },
  scheme: { hmac: { header: 'X-Hub-Signature', encoding: 'hex', prefix: 'sha256=' } },
  event: {
    id: ['{header:X-Request-UUID}', '{header:X-Request-ID}'],
    type: ['{header:X-Event-Key}'],
    attempt: '{header:X-Attempt-Number}',
  },
};
