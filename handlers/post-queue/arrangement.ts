import { MongoServerError } from 'mongodb';
import { errorText, type Log } from '../log.ts';

/** Has something arranged in the store, and answers what stands in its way. */
export type Arrangement = () => Promise<string | undefined>;

/**
 * Arranges something once in the life of the function's environment. A server that refuses is asked once and the problem kept; one
 * that can't be reached is asked again at the next call. `failure` says what then did not happen.
 */
export function arrangement(arrange: () => Promise<unknown>, failure: string, log: Log): Arrangement {
  let made: Promise<string | undefined> | undefined;

  const make = async (): Promise<string | undefined> => {
    try {
      await arrange();
      return undefined;
    } catch (error) {
      log({ level: 'error', message: failure, error: errorText(error) });
      if (!(error instanceof MongoServerError)) made = undefined;
      return `${failure}: ${errorText(error)}`;
    }
  };
  return () => {
    made ??= make();
    return made;
  };
}
