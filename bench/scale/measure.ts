import type { AwsAccount, Call } from '../../test/simulation/aws/aws-account.ts';
import { isReady } from '../../test/simulation/pipelines.ts';
import { simulate, type World } from '../../test/simulation/world.ts';
import { type Floor, floorOf, necessaryCalls } from './floor.ts';
import { priceOf } from './prices.ts';

/** The default of `rateShare`, by which the operator holds itself to a part of AWS's rates. */
export const RATE_SHARE = 0.5;
/** One of so many pipelines has a managed store, the others an external one. */
export const MANAGED_EVERY = 10;

/** What so many pipelines took, in virtual seconds and in calls of AWS. */
export interface Measured {
  readonly pipelines: number;
  /** From when all were applied at once until all were Ready. */
  readonly readySeconds: number;
  readonly floor: Floor;
  readonly callsUntilReady: number;
  readonly callsAnHourAtRest: number;
  /** By list price, in US dollars. */
  readonly dollarsAnHourAtRest: number;
  /** From a change of a pipeline until it is Ready again, while the operator looks at all anew; the longest of some. */
  readonly longestWaitSeconds: number;
  /** Of a look at everything in AWS, as after a start. */
  readonly callsOfResync: number;
  /** Throttling errors in all of it. */
  readonly throttled: number;
  /** What the simulation itself took. */
  readonly realSeconds: number;
}

const MANAGED = {};
const EXTERNAL = { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } };
const STORE_HOST = 'db.example';

const LONGEST = 12 * 3600;
/** Until what followed from being made is over: the first resync, the first samples. */
const COMES_TO_REST = 1200;
const AT_REST = 600;
/** Pipelines that are changed while the operator looks at all, and the time between two of them. */
const CHANGED = 5;
const BETWEEN_CHANGES = 20;
/** Calls are the same from one such time to the next where only what is looked at each minute goes on. */
const LOOKS = 180;
/** As fast as it goes. */
export const FAST = { NAMI_RATE_SHARE: '100', NAMI_WORKERS: '64' };

/** A world in which so many pipelines are applied, of which one in ten has a managed store. */
export async function worldOf(
  pipelines: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ world: World; names: readonly string[] }> {
  const world = await simulate({ settings });
  const { aws, kubernetes } = world;
  aws.stores.external.set(STORE_HOST, { isUp: true, events: new Set() });
  kubernetes.setSecret('store', { uri: `mongodb://user:password@${STORE_HOST}/` });
  const names = Array.from({ length: pipelines }, (_, index) => `shop-${index}`);
  for (const [index, name] of names.entries())
    kubernetes.apply({ metadata: { name }, spec: index % MANAGED_EVERY === 0 ? MANAGED : EXTERNAL });
  return { world, names };
}

export async function measure(pipelines: number): Promise<Measured> {
  const began = performance.now();
  const { world, names } = await worldOf(pipelines);
  const { aws, time } = world;
  aws.faults.ratesHold = true;
  const applied = time.now();
  await untilReady(world, names);
  const readySeconds = (time.now() - applied) / 1000;
  const untilReadyCalls = [...aws.calls];
  await world.run(COMES_TO_REST);
  const atRest = await callsIn(aws, () => world.run(AT_REST));
  const perHour = 3600 / AT_REST;
  const longestWaitSeconds = await longestWait(world, names);
  const callsOfResync = await resyncOf(world);
  return {
    pipelines,
    readySeconds,
    floor: floorOf(necessaryCalls(untilReadyCalls), RATE_SHARE),
    callsUntilReady: untilReadyCalls.length,
    callsAnHourAtRest: atRest.length * perHour,
    dollarsAnHourAtRest: priceOf(atRest) * perHour,
    longestWaitSeconds,
    callsOfResync,
    throttled: aws.calls.filter(({ error }) => error === 'TooManyRequestsException').length,
    realSeconds: (performance.now() - began) / 1000,
  };
}

/** Waits until each was Ready, whatever became of it since. */
export async function untilReady(world: World, names: readonly string[]): Promise<void> {
  const waiting = [...names];
  const isEach = (each: World) => {
    for (let last = waiting.at(-1); last !== undefined && isReady(last)(each); last = waiting.at(-1))
      waiting.pop();
    return waiting.length === 0;
  };
  await world.until(isEach, LONGEST);
}

async function callsIn({ calls }: AwsAccount, work: () => Promise<void>): Promise<readonly Call[]> {
  const before = calls.length;
  await work();
  return calls.slice(before);
}

/** Starts the operator anew, so that it looks at all, and changes some pipelines meanwhile. */
async function longestWait(world: World, names: readonly string[]): Promise<number> {
  const { kubernetes, time } = world;
  await world.restart();
  const waits: number[] = [];
  const waiting = new Map<string, number>();
  const note = () => {
    for (const [name, since] of waiting) {
      if (!isReady(name)(world)) continue;
      waits.push((time.now() - since) / 1000);
      waiting.delete(name);
    }
    return waiting.size === 0;
  };
  const step = Math.max(1, Math.floor(names.length / CHANGED));
  for (const name of names.filter((_, index) => index % step === 0).slice(0, CHANGED)) {
    await time.until(() => note() && false, BETWEEN_CHANGES * 1000);
    const { spec } = kubernetes.get(name) ?? {};
    kubernetes.apply({ metadata: { name }, spec: { ...spec, preQueue: { memoryMiB: 512 } } });
    waiting.set(name, time.now());
  }
  await world.until(note, LONGEST);
  return Math.max(...waits);
}

/**
 * Calls of one look at everything: those after a start, without what goes on each minute. Without AWS's rates, which would
 * spread them over a time in which much is looked at twice.
 */
async function resyncOf(world: World): Promise<number> {
  world.aws.faults.ratesHold = false;
  world.configure({ ...FAST, NAMI_RESYNC_SECONDS: '86400' });
  await world.restart();
  const windows: number[] = [];
  for (;;) {
    windows.push((await callsIn(world.aws, () => world.run(LOOKS))).length);
    const [before = 0, last = 0] = windows.slice(-2);
    if (windows.length > 2 && Math.abs(before - last) <= 0.02 * last)
      return windows.reduce((sum, count) => sum + count - last, 0);
    if (windows.length * LOOKS > LONGEST)
      throw new Error(`the operator does not come to rest: calls in ${LOOKS} s each: ${windows.join(', ')}`);
  }
}
