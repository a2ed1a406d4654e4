import { headerValue } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { jsonAnswer } from './handshake.ts';
import { at, jsonBody, textOf, timeOf } from './json-body.ts';
import type { Source } from './source.ts';
import { tokenSent } from './token.ts';

const CHALLENGE = 'x-okta-verification-challenge';

/** Okta (developer.okta.com: "Event hooks": authentication, one-time verification request). */
export const okta: Source = {
  ...tokenSent('Authorization'),
  identityHeaders: [CHALLENGE],

  identify(request) {
    const body = jsonBody(request);
    return {
      id: bodyId(request),
      type: textOf(at(body, 'eventType')),
      sentAt: timeOf(at(body, 'eventTime')),
    };
  },

  handshake(request) {
    const challenge = headerValue(request, CHALLENGE);
    return request.method === 'GET' && challenge !== undefined
      ? jsonAnswer({ verification: challenge })
      : undefined;
  },
};
