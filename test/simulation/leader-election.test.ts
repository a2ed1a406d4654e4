import { describe, expect, test } from 'vitest';
import type { CancelTimer, Clock } from '../../src/clock.ts';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { ServerUnreachableError } from '../../src/kubernetes/errors.ts';
import { LeaderElector } from '../../src/kubernetes/leader-election/elector.ts';
import type { Transport } from '../../src/kubernetes/transport.ts';
import { FakeClock } from '../unit/fake-clock.ts';
import { RecordingLogger } from '../unit/kubernetes/kettles.ts';
import { KubernetesApi } from './kubernetes/api-server.ts';
import { VirtualTime } from './virtual-time.ts';

const NAMESPACE = 'default';
const TIMES = { leaseDurationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 };

/** One process that may be killed, stopped for a while (what comes meanwhile is seen when it goes on), or cut off. */
class Replica {
  readonly elector: LeaderElector;
  readonly name: string;
  #isDead = false;
  #isCut = false;
  #stopped: (() => void)[] | undefined;

  constructor(name: string, time: VirtualTime, api: KubernetesApi, skewSeconds: number) {
    this.name = name;
    const clock: Clock = {
      // Each has a wall clock of its own, and none is right.
      now: () => time.now() + skewSeconds * 1000,
      monotonic: () => time.monotonic() + skewSeconds * 77_000,
      random: () => time.random(),
      randomBytes: (length) => time.randomBytes(length),
      after: (milliseconds, callback): CancelTimer => {
        let isCancelled = false;
        const cancel = time.after(milliseconds, () =>
          this.#whenItGoesOn(() => {
            if (!isCancelled) callback();
          }),
        );
        return () => {
          isCancelled = true;
          cancel();
        };
      },
    };
    const transport: Transport = {
      serverUrl: api.transport.serverUrl,
      close: async () => {},
      request: async (request) => {
        if (this.#isCut) throw new ServerUnreachableError(api.transport.serverUrl, 'no route');
        const answer = await api.transport.request(request);
        await new Promise<void>((resolve) => this.#whenItGoesOn(resolve));
        if (this.#isCut) throw new ServerUnreachableError(api.transport.serverUrl, 'no route');
        return answer;
      },
    };
    this.elector = new LeaderElector({
      ...TIMES,
      client: new KubernetesClient({ transport, clock, deadlineSeconds: 5 }),
      clock,
      logger: new RecordingLogger(),
      lease: { namespace: NAMESPACE, name: 'nami' },
      identity: name,
      onLost: () => this.kill(),
    });
    this.elector.start();
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Whether a call of its work would go out at this moment. */
  get acts(): boolean {
    if (this.#isDead || this.#stopped) return false;
    try {
      this.elector.fence.check();
      return true;
    } catch {
      return false;
    }
  }

  kill(): void {
    this.#isDead = true;
  }

  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
  }

  stop(): void {
    this.#stopped ??= [];
  }

  /** `first` is what its work does before its timers fire. */
  goOn(first = () => {}): void {
    const waiting = this.#stopped ?? [];
    this.#stopped = undefined;
    first();
    for (const callback of waiting) callback();
  }

  #whenItGoesOn(callback: () => void): void {
    if (this.#isDead) return;
    if (this.#stopped) this.#stopped.push(callback);
    else callback();
  }
}

class Election {
  readonly time: VirtualTime;
  readonly api: KubernetesApi;
  readonly replicas: Replica[] = [];
  #count = 0;

  constructor(seed: number) {
    this.time = new VirtualTime({ seed });
    this.api = new KubernetesApi(this.time);
  }

  add(skewSeconds = 0): Replica {
    const replica = new Replica(`replica-${++this.#count}`, this.time, this.api, skewSeconds);
    this.replicas.push(replica);
    return replica;
  }

  get acting(): string[] {
    return this.replicas.filter(({ acts }) => acts).map(({ name }) => name);
  }

  /** Seconds until this one acts; nobody else may meanwhile but `others`. */
  async untilItActs(replica: Replica, withinSeconds: number): Promise<number> {
    const begun = this.time.now();
    const isSo = await this.time.until(() => replica.acts, withinSeconds * 1000);
    expect(isSo, `${replica.name} acts within ${withinSeconds} s`).toBe(true);
    expect(this.acting).toEqual([replica.name]);
    return (this.time.now() - begun) / 1000;
  }
}

async function two() {
  const election = new Election(1);
  const leader = election.add();
  await election.untilItActs(leader, 1);
  const other = election.add();
  await election.time.advance(30_000);
  expect(election.acting).toEqual([leader.name]);
  return { election, leader, other };
}

describe('the other of two operators takes over within 20 seconds', () => {
  test('from one that is killed', async () => {
    const { election, leader, other } = await two();
    leader.kill();
    expect(await election.untilItActs(other, 20)).toBeGreaterThan(10);
  });

  test('from one that is cut from the API server, which ends five seconds before', async () => {
    const { election, leader, other } = await two();
    leader.cut();
    await election.time.until(() => leader.isDead, 10_000);
    expect(leader.isDead).toBe(true);
    expect(await election.untilItActs(other, 10)).toBeGreaterThan(4);
  });

  test('from one that is stopped, which does nothing more when it goes on', async () => {
    const { election, leader, other } = await two();
    leader.stop();
    await election.untilItActs(other, 20);
    let hasActed: boolean | undefined;
    leader.goOn(() => {
      hasActed = leader.acts;
    });
    expect([hasActed, leader.isDead]).toEqual([false, true]);
  });

  test('at once from one that gives its lease up', async () => {
    const { election, leader, other } = await two();
    void leader.elector.release();
    expect(await election.untilItActs(other, 5)).toBeLessThan(4.5);
  });
});

test('one that was stopped for less than its deadline goes on', async () => {
  const { election, leader } = await two();
  leader.stop();
  await election.time.advance(7_000);
  leader.goOn();
  await election.time.advance(60_000);
  expect(election.acting).toEqual([leader.name]);
});

// Whatever befalls them, in whatever order: one acts at most, and one acts again once they are left alone.
test.each(Array.from({ length: 40 }, (_, index) => index + 1))(
  'never do two act at the same time (seed %i)',
  async (seed) => {
    const election = new Election(seed);
    const chance = new FakeClock({ seed: seed * 7919 });
    const pick = <T>(all: readonly T[]): T => all[Math.floor(chance.random() * all.length)] as T;
    for (let count = 0; count < 3; count += 1) election.add(chance.random() * 1000 - 500);
    let two: string[] | undefined;
    let turns = 0;
    let last: string | undefined;
    const look = () => {
      const { acting } = election;
      if (acting.length > 1) two = acting;
      if (acting.length === 1 && acting[0] !== last) {
        turns += 1;
        last = acting[0];
      }
      return two !== undefined;
    };
    const befall: readonly ((replica: Replica) => void)[] = [
      (replica) => replica.kill(),
      (replica) => replica.cut(),
      (replica) => replica.mend(),
      (replica) => replica.stop(),
      (replica) => replica.stop(),
      (replica) => replica.goOn(look),
      (replica) => replica.goOn(look),
      () => election.api.refuse(pick(['update', 'get'] as const), 'leases', pick([500, 429, 0]), 3),
    ];
    for (let step = 0; step < 60; step += 1) {
      pick(befall)(pick(election.replicas));
      look();
      await election.time.until(look, chance.random() * 15_000);
      if (election.replicas.filter(({ isDead }) => !isDead).length < 2)
        election.add(chance.random() * 1000 - 500);
    }
    expect(two).toBeUndefined();
    election.api.accept();
    for (const replica of election.replicas) {
      replica.goOn(look);
      replica.mend();
    }
    await election.time.until(look, 40_000);
    expect(two).toBeUndefined();
    expect(election.acting).toHaveLength(1);
    expect(turns).toBeGreaterThan(1);
  },
);
