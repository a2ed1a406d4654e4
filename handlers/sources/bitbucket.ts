import { headerValue } from '../raw-request.ts';
import { hubSigned } from './hub-signature.ts';
import { wholeNumberOf } from './json-body.ts';
import type { Source } from './source.ts';

const CLOUD_REQUEST = 'x-request-uuid';
const DATA_CENTER_REQUEST = 'x-request-id';
const EVENT = 'x-event-key';
const ATTEMPT = 'x-attempt-number';

/** Bitbucket (support.atlassian.com: "Manage webhooks: secure webhooks", "Event payloads: HTTP headers"). */
export const bitbucket: Source = {
  ...hubSigned('X-Hub-Signature'),
  identityHeaders: [CLOUD_REQUEST, DATA_CENTER_REQUEST, EVENT, ATTEMPT],

  identify: (request) => ({
    id: headerValue(request, CLOUD_REQUEST) ?? headerValue(request, DATA_CENTER_REQUEST),
    type: headerValue(request, EVENT),
    attempt: wholeNumberOf(headerValue(request, ATTEMPT)),
  }),
};
