import { headerValue } from '../raw-request.ts';
import { hubSigned } from './hub-signature.ts';
import { at, jsonBody, textOf, timeOf } from './json-body.ts';
import type { Source } from './source.ts';

const IDENTIFIER = 'x-atlassian-webhook-identifier';

/** Jira (developer.atlassian.com: "Webhooks: secure admin webhooks", "Response, retry policy and duplicates"). */
export const jira: Source = {
  ...hubSigned('X-Hub-Signature'),
  identityHeaders: [IDENTIFIER],

  identify(request) {
    const body = jsonBody(request);
    return {
      id: headerValue(request, IDENTIFIER),
      type: textOf(at(body, 'webhookEvent')),
      sentAt: timeOf(at(body, 'timestamp')),
    };
  },
};
