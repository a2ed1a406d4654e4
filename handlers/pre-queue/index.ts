import { randomUUID } from 'node:crypto';
import { OWN_CODE_EXPORTS } from '../contract.ts';
import { logToStdout } from '../log.ts';
import { ownCodeFinder } from '../own-code/load.ts';
import type { PreQueueCode } from '../own-code/pre-queue.ts';
import { preQueueHandler } from './handle.ts';
import { senderCalls } from './sender-calls.ts';
import { readSettings } from './settings.ts';
import { sendMessage } from './sqs.ts';

const code = ownCodeFinder<PreQueueCode>(process.env, import.meta.url, OWN_CODE_EXPORTS.preQueue);
// Loaded while Lambda starts the function, and not by the first delivery.
await code();

/** What Lambda calls (`index.handler`). */
export const handler = preQueueHandler({
  configuration: readSettings(process.env),
  code,
  senderCalls,
  sendMessage,
  now: () => new Date(),
  newId: () => randomUUID(),
  log: logToStdout,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '',
});
