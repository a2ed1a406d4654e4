import { beforeAll, describe, expect, test } from 'vitest';
import { AwsError } from './aws/aws-error.ts';
import { first, isGone, isReady } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** Pipelines beside one with which something is wrong: they come, serve, change and go as if it weren't there. */

const OTHERS = ['orders', 'refunds', 'returns'];
const BAD = 'bad';
/** Seconds. */
const PATIENCE = 900;
const POST_EVERY = 5;
/**
 * By how much longer something may take beside one more pipeline, which shares AWS's rates: one deployment of the stage, and
 * the looks before and after it.
 */
const TOLERANCE = 8;

/** Something wrong: before the others come, with them, or once they are ready. */
interface Neighbour {
  readonly before?: (world: World) => Promise<void>;
  readonly come?: (world: World) => void;
  readonly later?: (world: World) => void;
  /** Of its condition Ready, all the while. */
  readonly reason: string;
  /** No pipeline can be taken off the stage meanwhile. */
  readonly holdsStage?: true;
}

const apply = (spec: object) => (world: World) =>
  void world.kubernetes.apply({ metadata: { name: BAD }, spec });

async function settled(world: World): Promise<void> {
  apply({})(world);
  await world.until(isReady(BAD), PATIENCE);
  await world.run(60);
}

const NEIGHBOURS: Readonly<Record<string, Neighbour>> = {
  'claims the path of an older one': {
    come: (world) => void world.time.after(1000, () => apply({ endpoint: { path: 'orders' } })(world)),
    reason: 'PathConflict',
  },
  'asks for what AWS does not have': {
    come: apply({ store: { managed: { instanceType: 't3.mirco' } } }),
    reason: 'InstanceTypeNotOffered',
  },
  'has a spec that the definition of the time let pass': {
    come: (world) => {
      apply({})(world);
      world.kubernetes.spoil(BAD, {
        preQueue: { memoryMiB: 'much' },
        endpoint: { path: 7, throttle: [] },
        store: null,
        region: {},
      });
    },
    reason: 'SpecInvalid',
  },
  'names a Secret that is not there': {
    come: apply({ source: { type: 'GitHub', secretRefs: [{ name: 'missing', key: 'a' }] } }),
    reason: 'SecretInvalid',
  },
  'has a function that Lambda gives up': {
    before: async (world) => {
      await settled(world);
      world.aws.lambda.failureOf = ({ memoryMiB }) => (memoryMiB === 768 ? 'no' : undefined);
      apply({ preQueue: { memoryMiB: 768 } })(world);
      await world.run(120);
    },
    reason: 'FunctionFailed',
  },
  'has a function of which AWS says to nobody who may call it': {
    come: (world) => {
      world.aws.beforeCall = ({ command, input }) => {
        if (command === 'GetPolicy' && String(input.FunctionName).includes(`-${BAD}_`))
          throw new AwsError(
            'AccessDeniedException',
            'with an explicit deny in a service control policy',
            403,
          );
      };
      apply({})(world);
    },
    reason: 'DeniedByPolicy',
  },
  'hangs in its deletion': {
    before: async (world) => {
      await settled(world);
      world.aws.sqs.send(
        first(world.aws.sqs.queues.filter(({ name }) => name.endsWith('-dlq'))).name,
        'dead',
      );
      world.kubernetes.delete(BAD);
      await world.run(120);
    },
    reason: 'DeadLettersLeft',
  },
  'has lost its store': {
    before: async (world) => {
      await settled(world);
      world.aws.stores.down.add(first(world.aws.ec2.volumes.values()).id);
      world.senders.post(BAD);
      await world.run(300);
    },
    reason: 'Ready',
  },
  'can not be shown by the stage they share, which nobody can deploy': {
    later: (world) => {
      world.aws.faults.refuse('CreateDeployment', 'BadRequestException', 'No integration defined for method');
      apply({})(world);
    },
    reason: 'AWSError',
    holdsStage: true,
  },
};

interface Story {
  /** Seconds from asking until it was so of one after the other, whichever that was. */
  readonly ready: readonly number[];
  readonly changed: readonly number[];
  readonly gone: readonly number[];
  /** Seconds until all that was sent is stored. */
  readonly stored: number;
  /** What senders got. */
  readonly answers: readonly number[];
}

/** The life of the others, with their senders at work from when they are ready. */
async function storyOf({ before, come, later, reason, holdsStage }: Partial<Neighbour> = {}): Promise<Story> {
  const world = await simulate();
  const answers: number[] = [];
  const serving = new Set<string>();
  const reasonNow = () => world.kubernetes.condition(BAD, 'Ready')?.reason;
  const secondsUntil = async (isSo: (name: string) => (world: World) => boolean, names = OTHERS) => {
    const seconds: Record<string, number> = {};
    for (let second = 0; Object.keys(seconds).length < names.length; second += 1) {
      for (const name of names) if (isSo(name)(world)) seconds[name] ??= second;
      if (second % POST_EVERY === 0)
        for (const name of serving) answers.push(world.senders.post(name).status);
      if (second > PATIENCE) throw new Error(`${JSON.stringify(seconds)}\n${world.describe()}`);
      await world.run(1);
    }
    return seconds;
  };
  const pass = async (seconds: number) => {
    const end = world.time.now() + seconds * 1000;
    await secondsUntil(() => () => world.time.now() >= end);
  };
  const areEmpty = () => () =>
    world.aws.sqs.messages.filter(({ queue }) => !queue.includes(`-${BAD}_`)).length === 0;

  await before?.(world);
  for (const name of OTHERS) world.kubernetes.apply({ metadata: { name } });
  come?.(world);
  const ready = await secondsUntil(isReady);
  for (const name of OTHERS) serving.add(name);
  later?.(world);
  await pass(300);
  expect(reasonNow(), world.describe()).toBe(reason);

  for (const name of OTHERS)
    world.kubernetes.apply({ metadata: { name }, spec: { preQueue: { memoryMiB: 512 } } });
  const changed = await secondsUntil(isReady);
  // What is known of the others must not hang on one process.
  if (holdsStage) await world.restart();
  await pass(300);
  for (const name of OTHERS) expect(isReady(name)(world)).toBe(true);

  serving.clear();
  const { orders: stored = 0 } = await secondsUntil(areEmpty, ['orders']);
  expect(lostEvents(world)).toEqual([]);
  if (!holdsStage) world.kubernetes.delete('returns');
  const gone = holdsStage ? {} : await secondsUntil(isGone, ['returns']);
  expect(reasonNow()).toBe(reason);
  if (holdsStage) {
    world.aws.faults.accept();
    await world.until(isReady(BAD), PATIENCE);
  }
  const inOrder = (seconds: object) => Object.values(seconds).toSorted((a: number, b: number) => a - b);
  return { ready: inOrder(ready), changed: inOrder(changed), gone: inOrder(gone), stored, answers };
}

let alone: Story;
beforeAll(async () => {
  alone = await storyOf();
});

test('without a neighbour all are served as soon as they are ready', () => {
  expect(alone.answers.length).toBeGreaterThan(300);
  expect(new Set(alone.answers)).toEqual(new Set([200]));
});

describe('are not disturbed by a neighbour that', () => {
  test.each(Object.entries(NEIGHBOURS))('%s', async (_, neighbour) => {
    const story = await storyOf(neighbour);
    for (const what of ['ready', 'changed', 'gone'] as const)
      for (const [index, seconds] of story[what].entries())
        expect(seconds, `number ${index + 1} is ${what}`).toBeLessThanOrEqual(
          (alone[what][index] ?? 0) + TOLERANCE,
        );
    expect(story.stored).toBeLessThanOrEqual(alone.stored + TOLERANCE);
    expect(new Set(story.answers)).toEqual(new Set([200]));
  });
});
