import { headerValue } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { textAnswer } from './handshake.ts';
import { hmacSigned } from './hmac-signature.ts';
import { at, jsonBody, textOf, timeOf, UNREAD, wholeNumberOf } from './json-body.ts';
import { BODY_LIMITS } from './limits.ts';
import type { Source } from './source.ts';
import { unixTimeOf } from './timestamp.ts';

const TIMESTAMP = 'x-slack-request-timestamp';
const RETRY = 'x-slack-retry-num';

const signed = hmacSigned({
  header: 'X-Slack-Signature',
  encoding: 'hex',
  prefix: 'v0=',
  template: 'v0:{timestamp}:{body}',
  timestampHeader: TIMESTAMP,
});

/** Slack (docs.slack.dev: "Verifying requests from Slack", "Events API", "url_verification event"). */
export const slack: Source = {
  ...signed,
  identityHeaders: [...signed.identityHeaders, RETRY],

  identify(request) {
    const body = jsonBody(request);
    const retry = wholeNumberOf(headerValue(request, RETRY));
    return {
      id: body === UNREAD ? bodyId(request) : textOf(at(body, 'event_id')),
      type: textOf(at(body, 'event', 'type')) ?? textOf(at(body, 'type')),
      sentAt: timeOf(at(body, 'event_time'), 1000),
      attemptedAt: unixTimeOf(headerValue(request, TIMESTAMP)),
      attempt: retry === undefined ? undefined : retry + 1,
    };
  },

  handshake(request, trust) {
    // All other deliveries come by here too, and those of anyone: parsed is only what Slack may ask.
    if (request.body.length > BODY_LIMITS.handshake.bytes) return undefined;
    if (!request.body.includes('"url_verification"')) return undefined;
    if (signed.verify(request, trust) !== 'authentic') return undefined;
    const body = jsonBody(request);
    const challenge = textOf(at(body, 'challenge'));
    return at(body, 'type') === 'url_verification' && challenge !== undefined
      ? textAnswer(challenge)
      : undefined;
  },
};
