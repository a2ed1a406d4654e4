import type { Sender } from './sender.ts';

/**
 * A delivery id is the event's, so several hooks (two apps, say) get one and the same with different payloads: only with
 * the hook's id is it one event of ours. GitHub always sends both. A relay may drop them: without the hook's id the
 * delivery's must do, and without any the body is the event, so that nothing is lost and a repeat still is one.
 */
export const gitHub: Sender = {
  title: 'GitHub',
  page: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
  guide: 'github.md',
  secret: 'the secret of the webhook',
  shown: { by: 'library', of: '@octokit/webhooks-methods' },
  scheme: { hmac: { header: 'X-Hub-Signature-256', encoding: 'hex', prefix: 'sha256=' } },
  event: {
    id: [
      '{header:X-GitHub-Hook-ID}:{header:X-GitHub-Delivery}',
      '{header:X-GitHub-Delivery}',
      '{bodySha256}',
    ],
    type: ['{header:X-GitHub-Event}'],
  },
};
