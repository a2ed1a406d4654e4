import { randomUUID } from 'node:crypto';
import { OWN_CODE_EXPORTS } from '../contract.ts';
import { logToStdout } from '../log.ts';
import { ownCodeFinder } from '../own-code/load.ts';
import type { PostQueueCode } from '../own-code/post-queue.ts';
import { connect } from './connection.ts';
import { postQueueHandler } from './handle.ts';
import { readSettings } from './settings.ts';

const code = ownCodeFinder<PostQueueCode>(process.env, import.meta.url, OWN_CODE_EXPORTS.postQueue);
/** The least that Lambda gives a function, where it doesn't say. (Lambda: defined runtime environment variables.) */
const LEAST_MEMORY_MIB = 128;

// Loaded while Lambda starts the function, and not by the first batch.
await code();

/** What Lambda calls (`index.handler`). */
export const handler = postQueueHandler({
  connection: connect(readSettings(process.env), logToStdout, import.meta.url),
  code,
  log: logToStdout,
  now: () => new Date(),
  newId: () => randomUUID(),
  memoryMiB: Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) || LEAST_MEMORY_MIB,
});
