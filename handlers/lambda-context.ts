/** What is used of the context that Lambda gives with each event. (Lambda: context object in Node.js.) */
export interface LambdaContext {
  /** Milliseconds until the function is stopped. */
  getRemainingTimeInMillis(): number;
}

/** Kept back to answer: an answer of ours tells more than a time-out of Lambda's. */
const ANSWER_MILLISECONDS = 500;

/** Milliseconds that there are for work, before the function has to answer; 1 at least. */
export function timeToWork(lambda: LambdaContext): number {
  return Math.max(1, lambda.getRemainingTimeInMillis() - ANSWER_MILLISECONDS);
}
