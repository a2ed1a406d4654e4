import { headerValue } from '../raw-request.ts';
import { hubSigned } from './hub-signature.ts';
import { at, jsonBody, textOf, timeOf, wholeNumberOf } from './json-body.ts';
import type { Source } from './source.ts';

const IDENTIFIER = 'x-atlassian-webhook-identifier';
const RETRY = 'x-atlassian-webhook-retry';

/** Jira (developer.atlassian.com: "Webhooks: secure admin webhooks", "Response, retry policy and duplicates"). */
export const jira: Source = {
  ...hubSigned('X-Hub-Signature'),
  identityHeaders: [IDENTIFIER, RETRY],

  identify(request) {
    const body = jsonBody(request);
    const retry = wholeNumberOf(headerValue(request, RETRY));
    return {
      id: headerValue(request, IDENTIFIER),
      type: textOf(at(body, 'webhookEvent')),
      sentAt: timeOf(at(body, 'timestamp')),
      attempt: retry === undefined ? undefined : retry + 1,
    };
  },
};
