import { isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** One life, moment by moment, and what brings each about. */
const LIFE = {
  'just applied': async (world: World) => {
    world.kubernetes.apply({ metadata: { name: 'orders' } });
  },
  'being built': async (world: World) => {
    world.start();
    await world.run(20);
  },
  ready: async (world: World) => {
    await world.until(isReady('orders'), 300);
    await world.run(120);
  },
  'changed and not seen yet': async (world: World) => {
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
  },
  'asked for what is not granted': async (world: World) => {
    const spec = { preQueue: { provisionedConcurrency: 101 } };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.run(60);
  },
  'with a store that is away': async (world: World) => {
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: {} });
    await world.run(120);
    for (const { id } of world.aws.ec2.volumes.values()) world.aws.stores.down.add(id);
    await world.run(300);
  },
  suspended: async (world: World) => {
    world.aws.stores.down.clear();
    await world.run(300);
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { suspend: true } });
    await world.run(60);
  },
  'deleted with events left': async (world: World) => {
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { suspend: false } });
    await world.run(120);
    const [queue] = world.aws.sqs.queues.filter(({ name }) => name.endsWith('-dlq'));
    world.aws.sqs.send(queue?.name ?? '', 'dead');
    world.kubernetes.delete('orders');
    await world.run(600);
  },
} as const;

export type MomentName = keyof typeof LIFE;

/** A pipeline as the operator leaves it at some moment of its life. */
export interface Moment {
  readonly name: MomentName;
  readonly pipeline: object;
}

/** What tools that know no pipelines make of a status is held against these. */
export async function momentsOfALife(): Promise<Moment[]> {
  const world = await simulate({ isStarted: false });
  const moments: Moment[] = [];
  for (const [name, come] of Object.entries(LIFE)) {
    await come(world);
    const pipeline = structuredClone(world.kubernetes.get('orders') ?? {});
    moments.push({ name: name as MomentName, pipeline });
  }
  return moments;
}
