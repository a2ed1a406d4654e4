import { queryValue } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { textAnswer } from './handshake.ts';
import { at, jsonBody, UNREAD } from './json-body.ts';
import type { Source } from './source.ts';
import { isSecret } from './token.ts';

/** Microsoft Graph (learn.microsoft.com: "Receive change notifications through webhooks"). */
export const microsoftGraph: Source = {
  signatureHeaders: [],
  identityHeaders: [],
  batch: { each: '$.value', event: { id: [], type: ['{json:$.lifecycleEvent}', '{json:$.changeType}'] } },
  checkSecret: (secret) =>
    secret.length > 128 ? 'is longer than 128 characters, the most that clientState takes' : undefined,

  verify(request, { secrets }) {
    const body = jsonBody(request);
    if (body === UNREAD) return 'body-too-complex';
    const notifications = at(body, 'value');
    if (!Array.isArray(notifications) || notifications.length === 0) return 'token-missing';
    // One body may hold notifications of several subscriptions: each has to show the secret.
    for (const notification of notifications) {
      const clientState = at(notification, 'clientState');
      if (typeof clientState !== 'string') return 'token-missing';
      if (!isSecret(clientState, secrets)) return 'token-mismatch';
    }
    return 'authentic';
  },

  identify: (request) => ({ id: bodyId(request) }),

  handshake(request) {
    const token = queryValue(request, 'validationToken');
    return request.method === 'POST' && token !== undefined ? textAnswer(token) : undefined;
  },
};
