import type { CancelTimer, Clock } from '../../clock.ts';
import { PUBLISHED, type PublishedRate } from './published-rates.ts';
import { isSpareTime, unlessInterrupted } from './spare-time.ts';

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

/** Milliseconds by which a call that is made in spare time counts as later than it was asked for: it never starves. */
const SPARE_WAITS = 300_000;
/** What sums of fractions may lack of a whole token. */
const ROUNDING = 1e-6;

interface Bucket {
  readonly rate: Rate;
  tokens: number;
  /** In monotonic milliseconds. */
  at: number;
}

interface Waiting {
  readonly buckets: readonly Bucket[];
  /** The lower, the sooner it is served. */
  readonly rank: number;
  readonly go: () => void;
}

/** Token buckets of one account and region. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #share: number;
  readonly #buckets = new Map<string, Bucket>();
  /** By the call that draws from them. */
  readonly #bucketsOf = new Map<string, readonly Bucket[]>();
  /** In the order in which they are served. */
  readonly #waiting: Waiting[] = [];
  #cancel: CancelTimer = () => {};

  constructor(clock: Clock, share: number) {
    this.#clock = clock;
    this.#share = share;
  }

  /**
   * Resolves when the call may go out: callers in the order in which they asked, those in spare time after the others.
   * Fails where that spare time is over meanwhile.
   */
  async take(service: string, command: string): Promise<void> {
    const { promise, resolve: go } = Promise.withResolvers<void>();
    const buckets = this.#bucketsFor(service, command);
    const rank = this.#clock.monotonic() + (isSpareTime() ? SPARE_WAITS : 0);
    const place = this.#waiting.findLastIndex((each) => each.rank <= rank) + 1;
    const caller = { buckets, rank, go };
    this.#waiting.splice(place, 0, caller);
    this.#serve();
    try {
      await unlessInterrupted(promise);
    } catch (error) {
      this.#leave(caller);
      throw error;
    }
  }

  #leave(caller: Waiting): void {
    const place = this.#waiting.indexOf(caller);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  #bucketsFor(service: string, command: string): readonly Bucket[] {
    const call = `${service}:${command}`;
    const known = this.#bucketsOf.get(call);
    if (known) return known;
    const buckets = [...ratesOf(service, command, this.#share)].map((each) => this.#bucket(...each));
    this.#bucketsOf.set(call, buckets);
    return buckets;
  }

  #bucket(name: string, rate: Rate): Bucket {
    const known = this.#buckets.get(name);
    if (known) return known;
    const bucket = { rate, tokens: rate.burst, at: this.#clock.monotonic() };
    this.#buckets.set(name, bucket);
    return bucket;
  }

  #serve(): void {
    this.#cancel();
    const now = this.#clock.monotonic();
    const waits: number[] = [];
    for (const each of [...this.#waiting]) {
      for (const bucket of each.buckets) fill(bucket, now);
      // Whoever lacks a token of one bucket takes none of the others meanwhile.
      const wait = Math.max(0, ...each.buckets.map(millisecondsToToken));
      if (wait > 0) {
        waits.push(wait);
        continue;
      }
      for (const bucket of each.buckets) bucket.tokens -= 1;
      this.#leave(each);
      each.go();
    }
    if (waits.length > 0) this.#cancel = this.#clock.after(Math.min(...waits), () => this.#serve());
  }
}

function fill(bucket: Bucket, now: number): void {
  const { perSecond, burst } = bucket.rate;
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
  bucket.at = now;
}

/** None, or one at least: no clock can tell what is less from now. */
const millisecondsToToken = ({ tokens, rate }: Bucket): number =>
  tokens > 1 - ROUNDING ? 0 : Math.max(1, ((1 - tokens) / rate.perSecond) * 1000);
