import { randomUUID } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PRE_QUEUE_ENV } from '../../../handlers/contract.ts';
import { logToStdout } from '../../../handlers/log.ts';
import { noOwnCode } from '../../../handlers/own-code/load.ts';
import { preQueueHandler } from '../../../handlers/pre-queue/handle.ts';
import { readSettings } from '../../../handlers/pre-queue/settings.ts';

const client = new SQSClient({ maxAttempts: 3, md5: false });

/** Our pre-queue function, but with the SDK's client: what differs is how the message gets to SQS, and nothing else. */
export const handler = preQueueHandler({
  configuration: readSettings(process.env),
  code: noOwnCode,
  sendMessage: async (body) => {
    const QueueUrl = process.env[PRE_QUEUE_ENV.queueUrl];
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  },
  now: () => new Date(),
  newId: () => randomUUID(),
  log: logToStdout,
  functionName: '',
});
