import type { FinalizeRequestMiddleware } from '@smithy/types';
import type { Clock } from '../../clock.ts';
import { type Fence, UNFENCED } from '../../fence.ts';
import { afterUncertain, codeOf, isThrottled, mayHaveWorked, withAction } from './errors.ts';

/** One exchange with AWS: the SDK repeats some calls. */
export interface Exchange {
  /** As IAM names it. */
  readonly service: string;
  readonly operation: string;
  /** AWS's code of the error, "OK" where there was none; of a bounded set. */
  readonly code: string;
  readonly throttled: boolean;
  readonly seconds: number;
}

export interface CallWatch {
  readonly clock: Clock;
  /** Asked before each exchange. */
  readonly fence?: Fence | undefined;
  /** For metrics. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

/**
 * Stands between the SDK's repetitions and the network: lets no exchange out past the fence, reports each, and sees to it
 * that the error that comes of them tells of all (`mayHaveWorked`).
 */
export function watchAttempts(
  service: string,
  { clock, fence = UNFENCED, onExchange }: CallWatch,
): FinalizeRequestMiddleware<object, object> {
  return (next, context) => {
    // The SDK asks for this once a call, and repeats what comes of it.
    let isUncertain = false;
    const operation = String(context.commandName ?? '').replace(/Command$/, '');
    return async (args) => {
      fence.check();
      const startedAt = clock.monotonic();
      const report = (code: string, throttled: boolean) =>
        onExchange?.({
          service,
          operation,
          code,
          throttled,
          seconds: (clock.monotonic() - startedAt) / 1000,
        });
      try {
        const answer = await next(args);
        report('OK', false);
        return answer;
      } catch (error) {
        withAction(error, `${service}:${operation}`);
        report(codeOf(error), isThrottled(error));
        if (isUncertain) afterUncertain(error);
        isUncertain ||= mayHaveWorked(error);
        throw error;
      }
    };
  };
}
