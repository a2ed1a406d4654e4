import { type CancelTimer, type Clock, sleep } from '../../clock.ts';
import type { KubernetesClient } from '../client.ts';
import { isConflict, isNotFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { keyOf, type ObjectRef } from '../resource.ts';
import { decide, held, type Observed, observe, released } from './decide.ts';
import { type Lease, leases } from './lease.ts';
import { LeaseFence } from './lease-fence.ts';

/** As client-go names and means them; each must be longer than the next. */
export interface LeaseTimes {
  /** For so long the others leave a lease alone that they saw change. Whole seconds. */
  readonly leaseDurationSeconds: number;
  /** After so long without a renewal its holder leads no more. */
  readonly renewDeadlineSeconds: number;
  /** Between two tries; those who wait add up to 1.2 times as much. */
  readonly retryPeriodSeconds: number;
}

export interface ElectorOptions extends LeaseTimes {
  /** On connections of its own, each call with a deadline well below the lease's: a renewal waits for nobody. */
  readonly client: Pick<KubernetesClient, 'get' | 'create' | 'replace'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lease: ObjectRef & { readonly namespace: string };
  /** Who we are: another name for each process. */
  readonly identity: string;
  /** The lease is lost, or could not be renewed in time. The fence is shut; nothing is left to do but to end. */
  readonly onLost: (why: string) => void;
}

export interface LeaseSigns {
  /** For how long nothing has been tried. */
  readonly standstillSeconds: number;
  /** Since the server said last how the lease stands; undefined: it never has. */
  readonly secondsSinceAnswer: number | undefined;
}

/** What those who wait add to the period at most, as a share of it: client-go's factor. */
export const JITTER = 1.2;

/** Keeps one of several operators at work, by a Lease: waits for it, renews it, says when it is lost, gives it up. */
export class LeaderElector {
  /** Open while this one leads. */
  readonly fence: LeaseFence;
  /** Resolves when this one comes to lead. */
  readonly leading: Promise<void>;
  readonly #options: ElectorOptions;
  readonly #stopping = new AbortController();
  readonly #setLeading: () => void;
  #state: 'waits' | 'leads' | 'lost' | 'released' = 'waits';
  /** The lease as the server gave it last; undefined: to be read first. */
  #lease: Lease | undefined;
  #observed: Observed | undefined;
  #holder = '';
  #trouble: string | undefined;
  #answeredAt: number | undefined;
  #turnedAt: number;
  #cancelDeadline: CancelTimer = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(options: ElectorOptions) {
    this.#options = options;
    this.#turnedAt = options.clock.monotonic();
    this.fence = new LeaseFence(options.clock, options.renewDeadlineSeconds, () =>
      this.#lose('the lease was not renewed in time'),
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.leading = promise;
    this.#setLeading = resolve;
  }

  get isLeader(): boolean {
    return this.#state === 'leads';
  }

  /** Signs of life, for probes. */
  get signs(): LeaseSigns {
    const { clock } = this.#options;
    const since = (moment: number) => (clock.monotonic() - moment) / 1000;
    return {
      standstillSeconds: since(this.#turnedAt),
      secondsSinceAnswer: this.#answeredAt === undefined ? undefined : since(this.#answeredAt),
    };
  }

  /** Begins to ask for the lease, and keeps it once it has it. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends it; a lease that is held is given up, so that the next need not wait. Nothing may be under way any more. */
  async release(): Promise<void> {
    this.#stopping.abort();
    this.fence.shut();
    this.#cancelDeadline();
    await this.#running;
    if (this.#state !== 'leads' || !this.#lease) return;
    this.#state = 'released';
    const { client, clock, logger } = this.#options;
    const { metadata, spec = {} } = this.#lease;
    try {
      await client.replace(leases, { metadata, spec: released(spec, clock.now()) });
      logger.info({ lease: this.#name }, 'gave up the lease');
    } catch (error) {
      logger.warn(
        { lease: this.#name, cause: wordsOf(error) },
        'the lease could not be given up: it runs out',
      );
    }
  }

  get #name(): string {
    return keyOf(this.#options.lease);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted && this.#state !== 'lost') {
      const waitSeconds = await this.#turn();
      await sleep(clock, waitSeconds * 1000, signal);
    }
  }

  /** One try to have the lease, or to keep it; answers seconds until the next. Never rejects. */
  async #turn(): Promise<number> {
    const { clock, logger, retryPeriodSeconds } = this.#options;
    this.#turnedAt = clock.monotonic();
    let next: number;
    try {
      next = await this.#look();
      this.#trouble = undefined;
    } catch (error) {
      // Somebody wrote it in between, or an answer of ours was lost: the next try begins with a look.
      this.#lease = undefined;
      if (isConflict(error) && this.#state === 'leads') return 0;
      const cause = wordsOf(error);
      if (cause !== this.#trouble && !isConflict(error))
        logger.warn({ lease: this.#name, cause }, 'the lease could not be had; trying again');
      this.#trouble = cause;
      next = Number.POSITIVE_INFINITY;
    }
    if (this.#state === 'leads') return retryPeriodSeconds;
    return Math.min(next, retryPeriodSeconds * (1 + JITTER * clock.random()));
  }

  /** Answers seconds until another's lease runs out. */
  async #look(): Promise<number> {
    const { client, clock, identity, lease: ref } = this.#options;
    if (!this.#lease || this.#state !== 'leads') {
      try {
        this.#lease = await client.get(leases, ref);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        this.#answeredAt = clock.monotonic();
        // Somebody deleted it. Whoever held it leads on for as long as it would have been left alone.
        const left = this.#observed && decide(this.#observed, identity, clock.monotonic());
        if (left?.is === 'wait' && this.#state !== 'leads') return (left.until - clock.monotonic()) / 1000;
        await this.#write((spec) => client.create(leases, { metadata: { ...ref }, spec }));
        return 0;
      }
    }
    const { metadata, spec = {} } = this.#lease;
    this.#answeredAt = clock.monotonic();
    this.#observed = observe(this.#observed, spec, clock.monotonic());
    const decision = decide(this.#observed, identity, clock.monotonic());
    if (decision.is === 'wait') {
      if (this.#state === 'leads') this.#lose(`${decision.holder} has the lease`);
      this.#follow(decision.holder);
      return (decision.until - clock.monotonic()) / 1000;
    }
    await this.#write((next) => client.replace(leases, { metadata, spec: next }), spec);
    return 0;
  }

  async #write(
    send: (spec: Lease['spec'] & object) => Promise<Lease>,
    before?: Lease['spec'],
  ): Promise<void> {
    const { clock, identity, leaseDurationSeconds, renewDeadlineSeconds } = this.#options;
    const { age } = this.fence;
    if (age !== undefined && age >= renewDeadlineSeconds) {
      this.#lose('the lease was not renewed in time');
      return;
    }
    const sentAt = clock.monotonic();
    const written = await send(held(before, identity, leaseDurationSeconds, clock.now()));
    this.#answeredAt = clock.monotonic();
    this.#lease = written;
    // An answer that came too late, or after the end, opens nothing.
    if (this.#state === 'lost' || clock.monotonic() - sentAt >= renewDeadlineSeconds * 1000) return;
    this.#lead(sentAt);
  }

  #lead(sentAt: number): void {
    const { clock, logger, identity, renewDeadlineSeconds } = this.#options;
    const isNew = this.#state !== 'leads';
    this.#state = 'leads';
    this.#holder = identity;
    this.#cancelDeadline();
    if (this.#stopping.signal.aborted) return;
    this.fence.renewed(sentAt);
    const left = sentAt + renewDeadlineSeconds * 1000 - clock.monotonic();
    this.#cancelDeadline = clock.after(left, () => this.#lose('the lease could not be renewed in time'));
    if (!isNew) return;
    logger.info({ lease: this.#name, identity }, 'leads');
    this.#setLeading();
  }

  #follow(holder: string): void {
    if (holder === this.#holder) return;
    this.#holder = holder;
    this.#options.logger.info({ lease: this.#name, leader: holder }, 'stands by: another leads');
  }

  #lose(why: string): void {
    if (this.#state !== 'leads') return;
    this.#state = 'lost';
    this.#cancelDeadline();
    this.fence.shut();
    this.#options.onLost(why);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
