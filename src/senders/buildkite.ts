import type { Sender } from './sender.ts';

/** Buildkite. */
export const buildkite: Sender = {
  title: 'Buildkite',
  page: 'https://buildkite.com/docs/apis/webhooks/pipelines',
  secret: 'the token of the notification service, set to be sent as a signature',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'X-Buildkite-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'signature' },
      template: '{timestamp}.{body}',
      timestamp: { part: 'timestamp', format: 'seconds' },
    },
  },
  event: { id: ['{bodySha256}'], type: ['{header:X-Buildkite-Event}'] },
};
