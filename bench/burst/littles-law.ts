/** Little's law: so many environments are busy at a time as requests arrive while one of them is served. */
export const busyAt = (requestsASecond: number, serviceSeconds: number): number =>
  requestsASecond * serviceSeconds;

/**
 * The provisioned concurrency for it: with the buffer of 10 % that AWS suggests. (Lambda Developer Guide, "Configuring
 * provisioned concurrency for a function", estimating required provisioned concurrency.)
 */
export function provisionedFor(requestsASecond: number, serviceSeconds: number): number {
  return Math.max(1, Math.ceil((busyAt(requestsASecond, serviceSeconds) * 11) / 10));
}
