import { headerValue } from '../raw-request.ts';
import { textAnswer } from './handshake.ts';
import { hmacSigned } from './hmac-signature.ts';
import { at, jsonBody, textOf, timeOf, wholeNumberOf } from './json-body.ts';
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
      id: textOf(at(body, 'event_id')),
      type: textOf(at(body, 'event', 'type')) ?? textOf(at(body, 'type')),
      sentAt: timeOf(at(body, 'event_time'), 1000),
      attemptedAt: unixTimeOf(headerValue(request, TIMESTAMP)),
      attempt: retry === undefined ? undefined : retry + 1,
    };
  },

  handshake(request, trust) {
    // Looked for before it is parsed: all other deliveries come by here too.
    if (!request.body.includes('"url_verification"')) return undefined;
    const body = jsonBody(request);
    const challenge = textOf(at(body, 'challenge'));
    if (at(body, 'type') !== 'url_verification' || challenge === undefined) return undefined;
    const verdict = signed.verify(request, trust);
    return verdict === 'authentic' ? textAnswer(challenge) : verdict;
  },
};
