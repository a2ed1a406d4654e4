import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PRE_QUEUE_ENV } from '../contract.ts';

/** Of the function's 10 s: what is left is for its answer, which must be a 503 of ours and no time-out of Lambda's. */
const DEADLINE_MILLISECONDS = 6000;

// TLS and the request's signature already cover the body: no MD5 of it on top.
const client = new SQSClient({
  maxAttempts: 3,
  md5: false,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2500, throwOnRequestTimeout: true },
});

/** Puts one message into the queue; resolves once SQS has it, throws if within some seconds it hasn't. */
export async function sendMessage(body: string): Promise<void> {
  const command = new SendMessageCommand({
    QueueUrl: process.env[PRE_QUEUE_ENV.queueUrl],
    MessageBody: body,
  });
  await client.send(command, { abortSignal: AbortSignal.timeout(DEADLINE_MILLISECONDS) });
}
