import { type Clock, sleep } from '../../clock.ts';
import { PUBLISHED, type PublishedRate } from './published-rates.ts';

/** A token bucket: `perSecond` in the long run, `burst` at once. */
interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

const shareOf = ({ perSecond, burst = perSecond }: PublishedRate, share: number): Rate => ({
  perSecond: perSecond * share,
  burst: Math.max(1, burst * share),
});

/**
 * The buckets that a call draws from, by name: its own or that of calls like it, and those that count all calls. They
 * hold the operator's share: the account's other tools need the rest.
 */
export function ratesOf(service: string, command: string, share: number): ReadonlyMap<string, Rate> {
  const call = `${service}:${command}`;
  const named = PUBLISHED.filter(({ calls }) =>
    calls.endsWith('*') ? call.startsWith(calls.slice(0, -1)) : calls === call,
  );
  const first = named.find(({ isTotal }) => !isTotal);
  const counted = named.filter((each) => each === first || each.isTotal);
  return new Map(counted.map((each) => [each.counts === 'each' ? call : each.calls, shareOf(each, share)]));
}

/** Token buckets of one account and region. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #share: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock, share: number) {
    this.#clock = clock;
    this.#share = share;
  }

  /** Resolves when the call may go out. Callers are served in the order in which they asked. */
  async take(service: string, command: string): Promise<void> {
    const waits = [...ratesOf(service, command, this.#share)].map(([name, rate]) => this.#draw(name, rate));
    const longest = Math.max(0, ...waits);
    if (longest > 0) await sleep(this.#clock, longest);
  }

  /** Milliseconds until the token that is taken is there. */
  #draw(name: string, { perSecond, burst }: Rate): number {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? { tokens: burst, at: now };
    this.#buckets.set(name, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond) - 1;
    bucket.at = now;
    // A negative balance is a place in the queue.
    return Math.max(0, (-bucket.tokens / perSecond) * 1000);
  }
}
