import { beforeEach, describe, expect, test, vi } from 'vitest';
import { apply, type Outcome, type PassOptions } from '../../../../src/aws/graph/apply.ts';
import type { Graph } from '../../../../src/aws/graph/graph.ts';
import { pending } from '../../../../src/aws/object/actual.ts';
import type { Kind } from '../../../../src/aws/object/kind.ts';
import { FakeAccount, type FakeDesired, node, OURS, OWNER } from './fake-kinds.ts';

/** What a pass does not read: what was just written, what was seen a moment ago, and what lists show to be right. */

const table: Record<string, Kind<FakeDesired, FakeDesired>> = vi.hoisted(() => ({}));
vi.mock('../../../../src/aws/kinds/index.ts', () => ({
  kinds: table,
  kindOf: (name: keyof typeof table) => table[name],
}));

const GRAPH: Graph = [node('Queue', 'q', { size: 1 })];
const TAGGED = { ...OURS, 'nami.dev/object': 'q' };

let aws: FakeAccount;
let queue: Kind<FakeDesired, FakeDesired>;
/** Reads that were made, such as "find" and "owned". */
let reads: string[];

beforeEach(() => {
  aws = new FakeAccount();
  reads = [];
  const plain = aws.kind('Queue', 40);
  queue = {
    ...plain,
    find: (...asked) => {
      reads.push('find');
      return plain.find(...asked);
    },
    owned: (...asked) => {
      reads.push('owned');
      return plain.owned(...asked);
    },
  };
  table.Queue = queue;
});

const run = (options?: PassOptions, graph = GRAPH): Promise<Outcome> =>
  apply(aws.account, graph, OWNER, options);

describe('what an update answers', () => {
  test('stands for another look', async () => {
    aws.put('Queue/q', TAGGED, { size: 2 });
    const { update } = queue;
    queue.update = async (account, desired, actual, owner) => {
      await update(account, desired, actual, owner);
      return { ...actual, details: desired };
    };

    const { nodes } = await run({ mayRemove: false });

    expect(nodes).toMatchObject([{ state: 'Ready', done: ['updated size'] }]);
    expect(reads).toEqual(['find']);
  });

  test('may be that it takes a while', async () => {
    aws.put('Queue/q', TAGGED, { size: 2 });
    queue.update = async (_, __, actual) => ({ ...actual, state: pending('is being changed', 7) });

    const { nodes } = await run({ mayRemove: false });

    expect(nodes).toMatchObject([{ state: 'Pending', message: 'is being changed', seconds: 7 }]);
    expect(reads).toEqual(['find']);
  });

  test('nothing, where another look is needed', async () => {
    aws.put('Queue/q', TAGGED, { size: 2 });

    const { nodes } = await run({ mayRemove: false });

    expect(nodes).toMatchObject([{ state: 'Ready', done: ['updated size'] }]);
    expect(reads).toEqual(['find', 'find']);
  });
});

describe('what is on its way', () => {
  test('is not read before it is due, whatever else is; but at once where it is wanted otherwise', async () => {
    aws.making = pending('is being made', 7);
    let before = await run({ mayRemove: false });
    const later = async (seconds: number, graph = GRAPH) => {
      reads = [];
      await aws.clock.advance(seconds * 1000);
      before = await run({ before, mayRemove: false }, graph);
      return { reads, nodes: before.nodes };
    };

    expect(await later(5)).toMatchObject({
      reads: [],
      nodes: [{ state: 'Pending', message: 'is being made', seconds: 2, done: [] }],
    });
    expect(await later(1)).toMatchObject({ reads: [], nodes: [{ seconds: 1 }] });
    expect((await later(0, [node('Queue', 'q', { size: 2 })])).reads).toEqual(['find']);
    expect((await later(8)).reads).toEqual(['find']);
  });
});

describe('what was made a moment ago', () => {
  test('is not read because it is known by now, but where another is meant', async () => {
    const graph = (expectedId: string) => [node('Queue', 'q', { expectedId })];
    const before = await run({ mayRemove: false }, graph(''));
    const readsFor = async (expectedId: string) => {
      reads = [];
      await run({ before, mayRemove: false }, graph(expectedId));
      return reads;
    };
    expect(await readsFor('q')).toEqual([]);
    expect(await readsFor('other')).toContain('find');
  });
});

describe('what is unwanted', () => {
  test('is not looked for again a moment later, while the same is wanted', async () => {
    const before = await run();
    reads = [];
    await run({ before });
    expect(reads).toEqual([]);

    await aws.clock.advance(301_000);
    await run({ before });
    expect(reads).toContain('owned');
  });

  test('is looked for when less is wanted', async () => {
    const before = await run({}, [...GRAPH, node('Queue', 'other')]);

    const { leftovers } = await run({ before });

    expect(leftovers).toEqual([]);
    expect(aws.writes).toContain('remove Queue/other');
  });

  test('is looked for again where something was found, or may have been made', async () => {
    aws.put('Queue/stray', { ...OURS, 'nami.dev/reclaim-policy': 'Retain' });
    const kept = await run();
    expect(kept.swept).toBeUndefined();

    aws.objects.delete('Queue/stray');
    aws.account.recentlyMade.remember(OWNER, { kind: 'Queue', object: 'lost', actual: undefined });
    expect((await run()).swept).toBeUndefined();
  });

  test('is remembered not to be there while something else is on its way', async () => {
    const before = await run();
    queue.find = async () => undefined;
    aws.making = pending('is being made', 1);

    const { settled, swept } = await run({ before }, [node('Queue', 'q', { size: 2 })]);

    expect([settled, swept]).toEqual([false, before.swept]);
  });

  test('is open where the list shows it only after the others were removed', async () => {
    aws.put('Queue/a', OURS);
    aws.put('Queue/b', OURS);
    aws.unlisted.add('Queue/b');
    const { remove } = queue;
    queue.remove = async (...asked) => {
      aws.unlisted.clear();
      await remove(...asked);
    };

    const first = await run({}, []);
    expect(first).toMatchObject({ settled: false, leftovers: [{ id: 'b', why: 'removing' }] });

    await run({}, []);
    expect(aws.objects.size).toBe(0);
  });

  test('is not of a kind that only regions have', async () => {
    queue = { ...queue, shared: true };
    table.Queue = queue;
    await run({}, []);
    expect(reads).toEqual([]);
  });
});

describe('lists of everybody’s objects', () => {
  const AT = 12_345;
  /** Has lists show the queue so. */
  const show = (tags: typeof TAGGED | Record<string, string> | undefined, size: number, ids = ['q']) => {
    queue.glance = async () => ({
      actual: {
        id: 'q',
        tags,
        state: { is: 'ready' },
        outputs: { arn: 'arn:listed' },
        details: { name: 'q', size },
      },
      at: AT,
    });
    queue.glanceIds = async () => ids;
  };
  beforeEach(() => aws.put('Queue/q', TAGGED, { size: 1 }));

  test('settle what they show to be right, as of when they were asked for', async () => {
    show(TAGGED, 1);
    const { nodes, settled } = await run({ glances: true });
    expect(settled).toBe(true);
    expect(nodes).toMatchObject([{ state: 'Ready', id: 'q', outputs: { arn: 'arn:listed' }, seenAt: AT }]);
    expect(reads).toEqual([]);
  });

  test('are not asked where something has changed', async () => {
    show(TAGGED, 1);
    await run();
    expect(reads).toEqual(['find', 'owned']);
  });

  test.each([
    ['a field that differs', TAGGED, 2],
    ['a tag that is missing', OURS, 1],
    ['another owner', { ...TAGGED, 'nami.dev/name': 'another' }, 1],
  ])('settle nothing where they show %s: they may lag', async (_, tags, size) => {
    show(tags, size);
    const { nodes } = await run({ glances: true });
    expect(nodes).toMatchObject([{ state: 'Ready', done: [], outputs: { arn: 'arn:Queue/q' } }]);
    expect(reads).toEqual(['find']);
    expect(aws.writes).toEqual([]);
  });

  test('settle nothing where they don’t show it, or AWS does not give them', async () => {
    queue.glance = async () => undefined;
    queue.glanceIds = async () => undefined;
    await run({ glances: true });
    expect(reads).toEqual(['find', 'owned']);
  });

  test('have what they show beside what is wanted looked for and removed', async () => {
    aws.put('Queue/stray', OURS);
    show(TAGGED, 1, ['q', 'stray']);
    await run({ glances: true });
    expect(aws.writes).toEqual(['remove Queue/stray']);
  });
});
