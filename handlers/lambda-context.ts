/** What is used of the context that Lambda gives with each event. (Lambda: context object in Node.js.) */
export interface LambdaContext {
  /** Milliseconds until the function is stopped. */
  getRemainingTimeInMillis(): number;
}
