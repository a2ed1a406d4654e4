/** Work took longer than it may. */
export class TooLateError extends Error {}

/**
 * What comes of the work, or an error if that takes longer than `milliseconds`. The work learns of it by the signal; if
 * it goes on all the same, nobody waits for it.
 */
export async function inTime<T>(
  milliseconds: number,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new TooLateError(`no answer within ${milliseconds / 1000} s`);
    reject(error);
    controller.abort(error);
  }, milliseconds);
  const begin = async () => work(controller.signal);
  try {
    return await Promise.race([begin(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
