import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import middy, { type Request } from '@middy/core';
import { verify } from '@octokit/webhooks-methods';
import { PRE_QUEUE_ENV } from '../../../handlers/contract.ts';

/** What is used of what the gateway hands over. */
interface GatewayEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly isBase64Encoded: boolean;
  body: string;
}

const client = new SQSClient({});
const [secret = ''] = JSON.parse(process.env[PRE_QUEUE_ENV.secrets] ?? '[]') as string[];

/** GitHub's own library in a middleware. */
const verified = () => ({
  before: async ({ event }: Request<GatewayEvent>) => {
    const body = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8').toString();
    const isAuthentic = await verify(secret, body, event.headers['x-hub-signature-256'] ?? '');
    if (!isAuthentic) return { statusCode: 401, body: '' };
    event.body = body;
    return undefined;
  },
});

/** A webhook receiver as one writes it with Middy and the SDK: one event in one message, nothing compressed. */
export const handler = middy()
  .use(verified())
  .handler(async ({ headers, body }: GatewayEvent) => {
    const MessageBody = JSON.stringify({ receivedAt: new Date(), headers, body });
    const QueueUrl = process.env[PRE_QUEUE_ENV.queueUrl];
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: '{"received":true}' };
  });
