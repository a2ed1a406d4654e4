import type { WebhookPipelineStatus } from '../../../src/api/v1alpha1.ts';
import { type Portrait, portrait } from '../aws/portrait.ts';
import type { Database } from '../aws/stores.ts';
import { isGone, isReady } from '../pipelines.ts';
import type { World } from '../world.ts';
import { type Change, crashesIn, PATIENCE, REST } from './change.ts';
import { deployed } from './fresh.ts';
import { newWorld } from './life.ts';
import type { Scenario } from './scenario.ts';

/** The store gets other credentials, or events that it did not begin with. */

const NAME = 'orders';
const OTHER = 'returns';
/** Former credentials are good for an hour. */
const GRACE = { formerValidHours: 1 };

const databaseOf = ({ aws, kubernetes }: World): Database | undefined => {
  const { store } = (kubernetes.get(NAME)?.status ?? {}) as WebhookPipelineStatus;
  return aws.stores.databases.get(store?.volumeId ?? '');
};

/** The one user of the database, where there is one alone. */
function onlyUser(world: World): string | undefined {
  const [user, ...others] = databaseOf(world)?.users.keys() ?? [];
  return others.length === 0 ? user : undefined;
}

const specWith = (volume: object) => ({ store: { managed: { volume, credentials: GRACE } } });

const apply = (
  { kubernetes }: World,
  {
    name = NAME,
    annotations = {},
    volume = {},
  }: { name?: string; annotations?: Readonly<Record<string, string>>; volume?: object },
) =>
  void kubernetes.apply({
    metadata: { name, annotations },
    spec: specWith(volume),
  });

/** A pipeline that is at rest, and the event that its store has. */
async function settled(world: World, name: string, volume: object = {}): Promise<void> {
  apply(world, { name, volume });
  await world.until(isReady(name), PATIENCE);
  world.senders.post(name);
  await world.run(REST);
}

/** Its credentials are others than its first. */
const rotate = async (world: World, name: string) => {
  world.kubernetes.annotate(name, { 'nami.dev/rotate-credentials': 'before' });
  await world.run(REST);
};

/** A pipeline that was deleted, and all that it left behind handed over. */
async function withLegacy(reclaimPolicy: 'Retain' | 'Snapshot'): Promise<World> {
  const world = await newWorld(1);
  await settled(world, OTHER, { reclaimPolicy });
  await rotate(world, OTHER);
  world.kubernetes.delete(OTHER);
  await world.until(isGone(OTHER), PATIENCE);
  const { snapshots, volumes } = world.aws.ec2;
  for (const table of [snapshots, volumes])
    for (const { id, tags } of table.values())
      table.change(id, { tags: { ...tags, 'nami.dev/adoptable-by': `simulated/default/${NAME}` } });
  await world.run(REST);
  return world;
}

const idOf = (rows: Iterable<{ readonly id: string }>): string => {
  const [row] = rows;
  if (!row) throw new Error('there is none');
  return row.id;
};

/** Events that were accepted before the wish, and which the store is to have after it. */
const KEPT = 1;

/** The store has what it began with, and one user whom the function is. */
const objections = (world: World): string[] => {
  const database = databaseOf(world);
  const users = [...(database?.users.keys() ?? [])];
  return [
    ...((database?.events.size ?? 0) < KEPT ? [`the store has ${database?.events.size ?? 'no'} events`] : []),
    ...(users.length === 1 ? [] : [`the store has the users ${users}`]),
  ];
};

/** Without an end of its own it is that of one which nothing disturbs. */
type Turn = Pick<Change, 'words' | 'before' | 'wish' | 'isReached'> & Partial<Pick<Change, 'after'>>;

const TURNS: Readonly<Record<string, Turn>> = {
  rotation: {
    words: 'its credentials become others, and those before them go',
    async before() {
      const world = await newWorld(1);
      await settled(world, NAME);
      return world;
    },
    wish: (world) => apply(world, { annotations: { 'nami.dev/rotate-credentials': 'now' } }),
    isReached: (world) => isReady(NAME)(world) && !['nami', undefined].includes(onlyUser(world)),
    after: () => deployed(specWith({})),
  },
  restore: {
    words: 'it is made, and begins with the snapshot of another',
    before: () => withLegacy('Snapshot'),
    wish: (world) => apply(world, { volume: { snapshotId: idOf(world.aws.ec2.snapshots.values()) } }),
    isReached: (world) => isReady(NAME)(world) && onlyUser(world) !== undefined,
  },
  adoption: {
    words: 'it is made, and begins with the volume of another',
    before: () => withLegacy('Retain'),
    wish: (world) => apply(world, { volume: { volumeId: idOf(world.aws.ec2.volumes.values()) } }),
    isReached: (world) => isReady(NAME)(world) && onlyUser(world) !== undefined,
  },
  return: {
    words: 'its volume is given up for a snapshot from before',
    async before() {
      const world = await newWorld(1);
      await settled(world, NAME, { reclaimPolicy: 'Snapshot' });
      world.kubernetes.delete(NAME);
      await world.until(isGone(NAME), PATIENCE);
      await settled(world, NAME);
      await rotate(world, NAME);
      return world;
    },
    wish: (world) =>
      apply(world, {
        annotations: {
          'nami.dev/rotate-credentials': 'before',
          'nami.dev/replace-volume': idOf(world.aws.ec2.volumes.values()),
        },
        volume: { snapshotId: idOf(world.aws.ec2.snapshots.values()) },
      }),
    isReached: (world) => {
      const { status } = world.kubernetes.get(NAME) ?? {};
      const { store } = (status ?? {}) as WebhookPipelineStatus;
      const { snapshotId } = world.aws.ec2.volumes.get(store?.volumeId ?? '') ?? {};
      const user = onlyUser(world);
      return snapshotId !== undefined && isReady(NAME)(world) && !['nami', undefined].includes(user);
    },
  },
};

const drawn = new Map<string, Promise<Portrait>>();

async function draw({ before, wish, isReached }: Turn): Promise<Portrait> {
  const world = await before();
  wish(world);
  await world.until((each) => isReached(each), PATIENCE);
  await world.run(700);
  return portrait(world.aws);
}

/** Every change of a store that is more than one of a field. */
export const STORE_CHANGES: readonly Change[] = Object.entries(TURNS).map(([name, turn]) => ({
  ...turn,
  id: `store/${name}`,
  // A function that is asked makes and drops users.
  counts: ({ isRead, name: call }) => !isRead || call === 'lambda:Invoke',
  async after() {
    if (turn.after) return await turn.after();
    const known = drawn.get(name) ?? draw(turn);
    drawn.set(name, known);
    return await known;
  },
  objections,
}));

/** Of the crashes in all of them every `every`th. */
export async function storeCrashes(every: number): Promise<Scenario[]> {
  const found: Scenario[] = [];
  for (const change of STORE_CHANGES) found.push(...(await crashesIn(change)));
  return found.filter((_, index) => index % every === 0);
}
