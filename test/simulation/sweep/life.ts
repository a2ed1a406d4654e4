import { isDeepStrictEqual } from 'node:util';
import { type Portrait, portrait } from '../aws/portrait.ts';
import { BRISK } from '../aws/times.ts';
import { isGone, isReady } from '../pipelines.ts';
import { furnish, GRANTS, type Patch } from '../states.ts';
import { NOTHING_STAYS } from '../whole-life.ts';
import { simulate, type World } from '../world.ts';

/** The life of a pipeline with all that one can have: it is made, changed in every field that may change, and goes. */

const NAME = 'orders';
/** Virtual seconds that a station may take to reach, whatever goes wrong: a volume takes four changes a day. */
const PATIENCE = 8 * 3600;
const RESYNC = 700;
/** Longer than from one look to the next. */
const LOOK = 130;
/** Waits double up to it, together two hours. */
const LONGEST_PAUSE = 4000;

/** A spec with all that a pipeline can have. */
export const FULL: Patch = {
  source: { type: 'GitHub', secretRefs: [{ name: 'signing', key: 'a' }] },
  preQueue: { environment: { ONE: '1' }, reservedConcurrency: 20, provisionedConcurrency: 2 },
  postQueue: { code: { configMapRef: { name: 'own', key: 'code.mjs' } } },
  endpoint: { throttle: { rateLimit: 10, burstLimit: 5 } },
  store: { managed: { volume: { iops: 3000 } } },
  alarms: { snsTopicArns: ['arn:aws:sns:eu-central-1:123456789012:ops'] },
  tags: { team: 'shop' },
};

const CHANGED: Patch = {
  source: { type: 'Stripe', secretRefs: [{ name: 'signing', key: 'b' }], toleranceSeconds: 60 },
  preQueue: {
    memoryMiB: 512,
    timeoutSeconds: 5,
    architecture: 'x86_64',
    environment: { ONE: '2', TWO: '3' },
    logRetentionDays: 1,
    reservedConcurrency: 30,
    provisionedConcurrency: 5,
    code: { configMapRef: { name: 'own', key: 'code.mjs' } },
  },
  postQueue: {
    memoryMiB: 1024,
    timeoutSeconds: 20,
    architecture: 'x86_64',
    logRetentionDays: 365,
    concurrency: 10,
    batchSize: 100,
    batchWindowSeconds: 1,
    reservedConcurrency: 20,
    code: { configMapRef: { name: 'other', key: 'code.mjs' } },
  },
  queue: {
    retentionSeconds: 86_400,
    visibilityTimeoutSeconds: 300,
    maxReceiveCount: 3,
    deadLetter: { retentionSeconds: 864_000 },
  },
  endpoint: {
    throttle: { rateLimit: 20, burstLimit: 50 },
    response: { statusCode: 202, contentType: 'text/plain', body: 'ok', rejectedStatusCode: 403 },
  },
  store: {
    managed: {
      instanceType: 't3.small',
      volume: { sizeGiB: 20, iops: 4000, reclaimPolicy: 'Delete' },
    },
    ttlDays: 30,
  },
  alarms: { thresholds: { deadLetters: 10, gatewayErrors: 10 } },
  tags: { team: 'store', stage: 'test' },
};

/** Where a life is looked at: what must be reached there, and how. */
export interface Station {
  readonly name: 'made' | 'changed' | 'gone';
  wish(world: World): void;
  isReached(world: World): boolean;
}

const STATIONS: readonly Station[] = [
  {
    name: 'made',
    wish: ({ kubernetes }) => void kubernetes.apply({ metadata: { name: NAME }, spec: FULL }),
    isReached: isReady(NAME),
  },
  {
    name: 'changed',
    wish: ({ kubernetes }) => void kubernetes.apply({ metadata: { name: NAME }, spec: CHANGED }),
    isReached: isReady(NAME),
  },
  { name: 'gone', wish: ({ kubernetes }) => kubernetes.delete(NAME), isReached: isGone(NAME) },
];

/** What an account holds at each station of a life that nothing disturbs. */
export type Album = Readonly<Record<Station['name'], Portrait>>;

/** How a life differs from one that nothing disturbed; nothing does. */
export interface Difference {
  readonly station: Station['name'];
  /** Not reached, or reached and never as it should be. */
  readonly stuck?: string;
  readonly account?: { readonly is: Portrait; readonly shouldBe: Portrait };
  /** Calls that changed something although all was at rest. */
  readonly unrest?: readonly string[];
}

/** Lives an undisturbed life, and answers what it looks like. */
export async function album(): Promise<Album> {
  const world = await newWorld(1);
  const seen: [Station['name'], Portrait][] = [];
  for (const station of STATIONS) {
    await reach(world, station);
    await world.run(RESYNC);
    seen.push([station.name, portrait(world.aws)]);
  }
  return Object.fromEntries(seen) as unknown as Album;
}

/** A world with all that the life needs, in which the operator runs. */
export async function newWorld(seed: number, isStarted = true): Promise<World> {
  const world = await simulate({ seed, times: BRISK, settings: { ...NOTHING_STAYS, ...GRANTS }, isStarted });
  furnish(world);
  return world;
}

/** What happens around a station: `begin` before it is asked for, `end` once it is reached, so that all can come to rest. */
export interface Around {
  begin(): void;
  end(): void;
}

const NOTHING: Around = { begin: () => {}, end: () => {} };

/** Lives a life in a world, with a delivery at each station, and answers how it differs. */
export async function live(world: World, expected: Album, around: Around = NOTHING): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const station of STATIONS) {
    const { name } = station;
    around.begin();
    try {
      await reach(world, station);
    } catch (error) {
      // What comes after it has no ground to stand on.
      return [...differences, { station: name, stuck: (error as Error).message }];
    }
    around.end();
    const shouldBe = expected[name];
    const isSame = () => isDeepStrictEqual(portrait(world.aws), shouldBe);
    for (let pause = 5; pause < LONGEST_PAUSE && !isSame(); pause *= 2) await world.run(pause);
    if (!isSame()) differences.push({ station: name, account: { is: portrait(world.aws), shouldBe } });
    // What was asked for before may have waited for its turn.
    const unrest = (await changesIn(world, LOOK)).length > 0 ? await changesIn(world, LOOK) : [];
    if (unrest.length > 0) differences.push({ station: name, unrest });
  }
  return differences;
}

/** Calls that change something, in so many virtual seconds. */
async function changesIn(world: World, seconds: number): Promise<string[]> {
  const before = world.aws.changes.length;
  await world.run(seconds);
  return world.aws.changes.slice(before).map(({ service, command }) => `${service}:${command}`);
}

async function reach(world: World, { name, wish, isReached }: Station): Promise<void> {
  wish(world);
  await world.until(isReached, PATIENCE);
  if (name !== 'gone') world.senders.post(NAME);
}
