import { textAnswer } from './handshake.ts';
import { hmacSigned } from './hmac-signature.ts';
import { at, jsonBody, textOf, timeOf } from './json-body.ts';
import type { Source } from './source.ts';

const signed = hmacSigned({
  header: 'X-Slack-Signature',
  encoding: 'hex',
  prefix: 'v0=',
  template: 'v0:{timestamp}:{body}',
  timestampHeader: 'X-Slack-Request-Timestamp',
});

/** Slack (docs.slack.dev: "Verifying requests from Slack", "Events API", "url_verification event"). */
export const slack: Source = {
  ...signed,

  identify(request) {
    const body = jsonBody(request);
    return {
      id: textOf(at(body, 'event_id')),
      type: textOf(at(body, 'event', 'type')) ?? textOf(at(body, 'type')),
      sentAt: timeOf(at(body, 'event_time'), 1000),
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
