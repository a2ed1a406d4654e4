import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { verify } from '@octokit/webhooks-methods';

const client = new SQSClient({});
const [secret] = JSON.parse(process.env.NAMI_SECRETS ?? '[]');

/** GitHub's own library in a middleware. */
const verified = () => ({
  before: async ({ event }) => {
    const body = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8').toString();
    const isAuthentic = await verify(secret, body, event.headers['x-hub-signature-256'] ?? '');
    if (!isAuthentic) return { statusCode: 401, body: '' };
    event.body = body;
  },
});

/** A webhook receiver as one writes it with Middy and the SDK: one event in one message, nothing compressed. */
export const handler = middy()
  .use(verified())
  .handler(async ({ headers, body }) => {
    const MessageBody = JSON.stringify({ receivedAt: new Date(), headers, body });
    await client.send(new SendMessageCommand({ QueueUrl: process.env.NAMI_QUEUE_URL, MessageBody }));
    return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: '{"received":true}' };
  });
