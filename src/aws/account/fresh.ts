import pRetry from 'p-retry';
import { isNotFound } from './errors.ts';

const RETRIES = 4;
/** Milliseconds before the first retry; each further pause is twice as long, about 3 s in all. */
const FIRST_PAUSE = 200;

/**
 * Makes a call about something that was created a moment ago, and makes it again while AWS says that there is no such
 * thing: its reads lag behind its writes for seconds. (IAM and EC2: eventual consistency.)
 */
export async function untilKnown<T>(call: () => Promise<T>): Promise<T> {
  return await pRetry(call, {
    retries: RETRIES,
    minTimeout: FIRST_PAUSE,
    shouldRetry: ({ error }) => isNotFound(error),
  });
}
