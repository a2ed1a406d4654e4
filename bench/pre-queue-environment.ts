import { PRE_QUEUE_ENV } from '../handlers/contract.ts';
import { withSender } from '../src/senders/index.ts';

/** What a pre-queue function for GitHub finds in its environment, with an SQS at `endpoint`. */
export function preQueueEnvironment(endpoint: string, secret: string): NodeJS.ProcessEnv {
  return {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    // As long as a role's really is.
    AWS_SESSION_TOKEN: 'T'.repeat(900),
    [PRE_QUEUE_ENV.queueUrl]: `${endpoint}/000000000000/queue`,
    [PRE_QUEUE_ENV.source]: JSON.stringify(withSender({ type: 'GitHub', toleranceSeconds: 300 })),
    [PRE_QUEUE_ENV.secrets]: JSON.stringify([secret]),
    [PRE_QUEUE_ENV.response]: JSON.stringify({
      statusCode: 200,
      contentType: 'application/json',
      body: '{"received":true}',
      rejectedStatusCode: 401,
      unavailableStatusCode: 503,
    }),
  };
}
