import type { LambdaContext } from '../../../handlers/lambda-context.ts';

/** What Lambda hands over with an event, by a function that has so much time left. */
export const lambdaWith = (milliseconds: number): LambdaContext => ({
  getRemainingTimeInMillis: () => milliseconds,
});

export const LAMBDA = lambdaWith(10_000);
