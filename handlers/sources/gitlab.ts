import { headerValue } from '../raw-request.ts';
import type { Source } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { unixTimeOf } from './timestamp.ts';
import { tokenSent } from './token.ts';

const EVENT = 'x-gitlab-event';
const RETRIES_SHARE = 'idempotency-key';

const token = tokenSent('X-Gitlab-Token');

/** A signing token, as GitLab makes them. Any other secret is a secret token, which GitLab sends as it is. */
const isSigningToken = (secret: string) => secret.startsWith('whsec_');

/** GitLab (docs.gitlab.com: "Webhooks: validate payloads with a signing token", "Delivery headers"). */
export const gitLab: Source = {
  signatureHeaders: [...token.signatureHeaders, ...standardWebhooks.signatureHeaders],
  identityHeaders: [...standardWebhooks.identityHeaders, RETRIES_SHARE, EVENT],

  checkSecret: (secret) =>
    isSigningToken(secret) ? standardWebhooks.checkSecret(secret) : token.checkSecret(secret),

  verify(request, trust) {
    const signing = trust.secrets.filter(isSigningToken);
    const plain = trust.secrets.filter((secret) => !isSigningToken(secret));
    if (signing.length > 0) {
      const verdict = standardWebhooks.verify(request, { ...trust, secrets: signing });
      // With both kinds in use a hook that still has its token alone is right too.
      if (verdict === 'authentic' || plain.length === 0) return verdict;
    }
    return token.verify(request, { ...trust, secrets: plain });
  },

  identify: (request) => ({
    // The two are the same where both are there, and the first is signed. X-Gitlab-Event-UUID is no identity: hooks that
    // set off one another share it.
    id: headerValue(request, 'webhook-id') ?? headerValue(request, RETRIES_SHARE),
    type: headerValue(request, EVENT),
    attemptedAt: unixTimeOf(headerValue(request, 'webhook-timestamp')),
  }),
};
