import { randomUUID } from 'node:crypto';
import { logToStdout } from '../log.ts';
import { preQueueHandler } from './handle.ts';
import { readSettings } from './settings.ts';
import { sendMessage } from './sqs.ts';

/** What Lambda calls (`index.handler`). */
export const handler = preQueueHandler({
  configuration: readSettings(process.env),
  sendMessage,
  now: () => new Date(),
  newId: () => randomUUID(),
  log: logToStdout,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '',
});
