import { beforeEach, describe, expect, test, vi } from 'vitest';
import { RequeueAfter, TerminalError, withAction } from '../../../../src/aws/account/errors.ts';
import { apply, type PassOptions } from '../../../../src/aws/graph/apply.ts';
import { type Graph, given, join, nodeKey, ref } from '../../../../src/aws/graph/graph.ts';
import { dependenciesOf } from '../../../../src/aws/graph/references.ts';
import { tagOwned } from '../../../../src/aws/graph/remove-unwanted.ts';
import { leaving, pending, type State } from '../../../../src/aws/object/actual.ts';
import { addedOf, noted } from '../../../../src/aws/object/added-tags.ts';
import type { Kind } from '../../../../src/aws/object/kind.ts';
import type { Owner, Tags } from '../../../../src/aws/object/owner.ts';
import { FakeAccount, node, OURS, OWNER } from './fake-kinds.ts';

const table: Record<string, unknown> = vi.hoisted(() => ({}));
vi.mock('../../../../src/aws/kinds/index.ts', () => ({
  kinds: table,
  kindOf: (name: keyof typeof table) => table[name],
}));

let aws: FakeAccount;
beforeEach(() => {
  aws = new FakeAccount();
  Object.assign(table, {
    EventSourceMapping: aws.kind('EventSourceMapping', 5),
    Function: aws.kind('Function', 20),
    Queue: aws.kind('Queue', 40),
    Role: aws.kind('Role', 90),
    Volume: aws.kind('Volume', 70),
  });
});

const run = (graph: Graph, options?: PassOptions, owner: Owner = OWNER) =>
  apply(aws.account, graph, owner, options);
const states = ({ nodes }: Awaited<ReturnType<typeof run>>) =>
  Object.fromEntries(nodes.map(({ node: { kind, id }, state }) => [`${kind}/${id}`, state]));
const left = ({ leftovers }: Awaited<ReturnType<typeof run>>) =>
  leftovers.map(({ kind, id, why }) => `${kind}/${id} ${why}`);

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const DENIED = named('AccessDenied', 'User: u is not authorized to perform: sqs:CreateQueue on resource: r');

const CHAIN: Graph = [
  node('EventSourceMapping', 'm', { queue: ref('Queue', 'q', 'arn'), role: ref('Function', 'f', 'id') }),
  node('Function', 'f', { role: join('is ', ref('Role', 'r', 'arn')) }),
  node('Queue', 'q'),
  node('Role', 'r'),
];

describe('forward', () => {
  test('makes everything in the order of its references, in one pass', async () => {
    const outcome = await run(CHAIN);

    expect(outcome).toMatchObject({ settled: true, failed: false, leftovers: [] });
    expect(aws.writes).toHaveLength(4);
    const order = (key: string) => aws.writes.indexOf(`create ${key}`);
    expect(order('Role/r')).toBeLessThan(order('Function/f'));
    expect(order('Function/f')).toBeLessThan(order('EventSourceMapping/m'));
    expect(order('Queue/q')).toBeLessThan(order('EventSourceMapping/m'));
  });

  test('hands on what was observed, within text as well', async () => {
    await run(CHAIN);
    expect(aws.objects.get('Function/f')?.desired.role).toBe('is arn:Role/r');
    expect(aws.objects.get('EventSourceMapping/m')?.desired.queue).toBe('arn:Queue/q');
  });

  test('hands the code of its functions to those that run it', async () => {
    const kind = aws.kind('Function', 20);
    const create = vi.fn(kind.create);
    const update = vi.fn(kind.update);
    Object.assign(table, { Function: { ...kind, create, update } });
    const code = new Map();
    await run([node('Function', 'f', { size: 1 })], { code });
    await run([node('Function', 'f', { size: 2 })], { code });
    expect(create.mock.lastCall?.at(-1)).toBe(code);
    expect(update.mock.lastCall?.at(-1)).toBe(code);
  });

  test('tags what it makes with owner, namespace, object and the tags of the node', async () => {
    await run([node('Role', 'r'), node('Volume', 'data', {}, { tags: { of: ref('Role', 'r', 'id') } })]);
    expect(aws.objects.get('Volume/data')?.tags).toEqual({ ...OURS, 'nami.dev/object': 'data', of: 'r' });
  });

  describe('tags that users add', () => {
    const owned = (added: Tags): Owner => ({ ...OWNER, tags: { ...OWNER.tags, ...noted(added) } });
    const Q: Graph = [node('Queue', 'q')];
    const tagsOf = () => addedOf(aws.objects.get('Queue/q')?.tags ?? {});

    test('are there from the creation on, and cost nothing afterwards', async () => {
      await run(Q, {}, owned({ team: 'a', stage: 'test' }));
      await run(Q, {}, owned({ stage: 'test', team: 'a' }));
      expect(tagsOf()).toEqual({ team: 'a', stage: 'test' });
      expect(aws.writes).toEqual(['create Queue/q']);
    });

    test('follow changes, and leave those of others alone', async () => {
      await run(Q, {}, owned({ team: 'a', stage: 'test' }));
      Object.assign(aws.objects.get('Queue/q') ?? {}, {
        tags: { ...aws.objects.get('Queue/q')?.tags, backup: 'daily' },
      });
      const outcome = await run(Q, {}, owned({ team: 'b' }));
      expect(tagsOf()).toEqual({ team: 'b', backup: 'daily' });
      expect(outcome.nodes[0]?.done).toEqual(['untagged stage', 'tagged team, nami.dev/tags']);
      await run(Q);
      expect(aws.objects.get('Queue/q')?.tags).toEqual({ ...OURS, 'nami.dev/object': 'q', backup: 'daily' });
    });

    test('that could be taken off only are put right by the next look', async () => {
      await run(Q, {}, owned({ team: 'a', stage: 'test' }));
      aws.fail('tag', 'Queue/q', named('TimeoutError', 'late'));
      await run(Q, {}, owned({ team: 'b' }));
      aws.mend();
      await run(Q, {}, owned({ team: 'b' }));
      expect(aws.objects.get('Queue/q')?.tags).toMatchObject(owned({ team: 'b' }).tags);
      expect(tagsOf()).toEqual({ team: 'b' });
    });
  });

  test('writes nothing where nothing differs', async () => {
    await run(CHAIN);
    aws.writes.length = 0;

    const again = await run(CHAIN);

    expect(again.settled).toBe(true);
    expect(aws.writes).toEqual([]);
  });

  test('goes on with what stands, although a change of it fails', async () => {
    const graph = (size: number): Graph => [
      node('Function', 'f', { size }, { standing: true }),
      node('EventSourceMapping', 'm', { function: ref('Function', 'f', 'id'), paused: size > 1 }),
    ];
    aws.fail('create', 'Function/f', DENIED);
    expect(states(await run(graph(1)))).toEqual({
      'Function/f': 'Failed',
      'EventSourceMapping/m': 'Blocked',
    });
    aws.mend();
    await run(graph(1));
    aws.fail('update', 'Function/f', DENIED);

    expect(states(await run(graph(2)))).toEqual({ 'Function/f': 'Failed', 'EventSourceMapping/m': 'Ready' });
    expect(aws.objects.get('EventSourceMapping/m')?.desired.paused).toBe(true);
  });

  describe('what stands', () => {
    const graph = (size: number): Graph => [
      node('Function', 'f', { size }, { standing: true }),
      node('Queue', 'q', { function: ref('Function', 'f', 'id') }),
    ];
    const states = ({ nodes }: Awaited<ReturnType<typeof run>>) => nodes.map(({ state }) => state);

    test.each<[string, State, string]>([
      ['is starting', pending('is starting', 1), 'Blocked'],
      ['is leaving', leaving('is leaving', 1), 'Blocked'],
      ['moves, and serves meanwhile', { ...pending('moves', 1), serves: true }, 'Ready'],
    ])('and %s lets what needs it be %s', async (_, state, dependent) => {
      aws.put('Function/f', OURS, { size: 1 }, state);
      expect(states(await run(graph(1)))).toEqual(['Pending', dependent]);
    });

    test('and waits for its change goes on serving', async () => {
      aws.put('Function/f', OURS, { size: 1 });
      aws.fail('update', 'Function/f', new RequeueAfter(60, 'takes the next change later'));
      const outcome = await run(graph(2));
      expect(states(outcome)).toEqual(['Pending', 'Ready']);
      expect(outcome.nodes[0]).toMatchObject({
        stands: true,
        message: expect.stringContaining('takes the next change later'),
      });
    });

    test('and is ended by its change serves no more, although a read still shows it', async () => {
      const kind = aws.kind('Function', 20);
      Object.assign(table, { Function: { ...kind, interrupts: () => true, update: async () => {} } });
      aws.put('Function/f', OURS, { size: 1 });
      const outcome = await run(graph(2));
      expect(states(outcome)).toEqual(['Pending', 'Blocked']);
      expect(outcome.nodes[0]).not.toHaveProperty('stands');
    });

    test('but is not ours serves nobody', async () => {
      aws.put('Function/f', {}, { size: 1 });
      expect(states(await run(graph(1)))).toEqual(['Failed', 'Blocked']);
    });
  });

  test('tells what is to be known of what is ready, and leaves it as it is', async () => {
    const remark = { reason: 'Outdated', message: 'goes on' };
    Object.assign(table, { Queue: { ...aws.kind('Queue', 40), remark: () => remark } });
    aws.put('Queue/q', { ...OURS, 'nami.dev/object': 'q' });
    expect(await run([node('Queue', 'q')])).toMatchObject({
      settled: true,
      nodes: [{ state: 'Ready', remark, done: [] }],
    });
  });

  test('says the id of what is known and can not be found, lest the next look forgets it', async () => {
    aws.fail('find', 'Volume/data', new TerminalError('VolumeGone', 'restore it'));
    aws.put('Role/r', OURS, {}, pending('is being made', 1));
    const { nodes } = await run([
      node('Volume', 'data', { expectedId: 'vol-1' }),
      node('Queue', 'q', { expectedId: 'i-1' }, { after: ['Role/r'] }),
      node('Role', 'r'),
    ]);
    expect(nodes.slice(0, 2)).toMatchObject([
      { state: 'Failed', id: 'vol-1', unseen: true },
      { state: 'Blocked', id: 'i-1' },
    ]);
  });

  test('updates what differs, and says which fields', async () => {
    await run([node('Queue', 'q', { size: 1 })]);

    const outcome = await run([node('Queue', 'q', { size: 2 })]);

    expect(outcome.nodes[0]).toMatchObject({ state: 'Ready', done: ['updated size'] });
    expect(aws.writes).toEqual(['create Queue/q', 'update Queue/q']);
  });

  test('updates once what AWS goes on showing as it was, and looks again later and later', async () => {
    aws.put('Queue/q', { ...OURS, 'nami.dev/object': 'q' });
    Object.assign(table, { Queue: { ...aws.kind('Queue', 40), compare: () => ['size'] } });

    const outcome = await run([node('Queue', 'q')]);

    expect(outcome).toMatchObject({ settled: false, seconds: 1 });
    expect(outcome.nodes[0]?.message).toBe('updated size, and AWS does not show it yet');
    expect(aws.writes).toEqual(['update Queue/q']);
  });

  test('lets what is on its way hold up those that need it, and no other', async () => {
    aws.put('Role/r', OURS, {}, pending('is being made', 3));

    const outcome = await run(CHAIN);

    expect(states(outcome)).toEqual({
      'Role/r': 'Pending',
      'Function/f': 'Blocked',
      'EventSourceMapping/m': 'Blocked',
      'Queue/q': 'Ready',
    });
    expect(outcome.nodes[1]?.message).toBe('waits for Role/r');
    expect(outcome).toMatchObject({ settled: false, failed: false, seconds: 3 });
    expect(aws.writes).toEqual(['create Queue/q']);
  });

  test('keeps to an order that no value asks for', async () => {
    aws.put('Queue/q', OURS, {}, pending('is being made', 1));
    const outcome = await run([
      node('Queue', 'q'),
      node('Role', 'r', {}, { after: [nodeKey('Queue', 'q')] }),
    ]);
    expect(states(outcome)).toMatchObject({ 'Role/r': 'Blocked' });
  });

  test('waits for what the region gives', async () => {
    const graph = [node('Queue', 'q', { api: given('gateway', 'restApiId') })];

    const without = await run(graph);
    const within = await run(graph, { given: { gateway: { restApiId: 'abc' } } });

    expect(without.nodes[0]).toMatchObject({ state: 'Blocked', message: 'waits for gateway of the region' });
    expect(within.settled).toBe(true);
    expect(aws.objects.get('Queue/q')?.desired.api).toBe('abc');
  });

  test('looks later and later at what takes long, and soon again when there is progress', async () => {
    aws.put('Queue/q', OURS, {}, pending('is being made', 1));
    expect(await run([node('Queue', 'q')])).toMatchObject({ seconds: 1 });
    await aws.clock.advance(60_000);
    expect(await run([node('Queue', 'q')])).toMatchObject({ seconds: 6 });
    aws.put('Queue/q', OURS, {}, pending('is half made', 1));
    expect(await run([node('Queue', 'q')])).toMatchObject({ seconds: 1 });
  });

  test('looks again when the quickest of those that wait may be there', async () => {
    aws.put('Queue/q', OURS, {}, pending('is being made', 7));
    aws.put('Role/r', OURS, {}, pending('is being made', 2));
    expect(await run([node('Queue', 'q'), node('Role', 'r')])).toMatchObject({ seconds: 2 });
  });
});

describe('what was just made', () => {
  const graph = [node('Queue', 'q')];
  const find = () => vi.spyOn(table.Queue as Kind<unknown, unknown>, 'find');

  test('is taken as its creation answered it, and not read again', async () => {
    const looks = find();
    expect(await run(graph)).toMatchObject({ settled: true, nodes: [{ outputs: { arn: 'arn:Queue/q' } }] });
    expect(looks).toHaveBeenCalledTimes(1);
  });

  test('is compared like what was found: what creation can not set is an update', async () => {
    const kind = aws.kind('Queue', 40);
    Object.assign(table, {
      Queue: {
        ...kind,
        create: async (...[account, desired, tags, owner]: Parameters<typeof kind.create>) =>
          await kind.create(account, { ...desired, size: 0 }, tags, owner),
      },
    });
    const outcome = await run([node('Queue', 'q', { size: 1 })]);
    expect(outcome).toMatchObject({ settled: true, nodes: [{ done: ['created', 'updated size'] }] });
  });

  test('is not made again while AWS does not list it, which it does within half a minute', async () => {
    aws.unlisted.add('Queue/q');
    await run(graph);
    await aws.clock.advance(29_000);
    expect(await run(graph)).toMatchObject({ settled: true });
    expect(aws.writes).toEqual(['create Queue/q']);

    await aws.clock.advance(1_000);
    await run(graph);
    expect(aws.writes, 'it is gone').toEqual(['create Queue/q', 'create Queue/q']);
  });

  test('and is not ready is waited for', async () => {
    aws.unlisted.add('Queue/q');
    aws.making = pending('is being made', 1);
    const passes = [await run(graph), await run(graph)];
    expect(passes.map(({ nodes }) => [nodes[0]?.state, nodes[0]?.message])).toEqual([
      ['Pending', 'is being made'],
      ['Pending', 'was just made, and AWS does not list it yet'],
    ]);
    expect(aws.writes).toEqual(['create Queue/q']);
  });

  test('is ours although AWS lists it without its tags so far', async () => {
    aws.unlisted.add('Queue/q');
    await run(graph);
    aws.unlisted.clear();
    aws.put('Queue/q', {});
    expect(await run(graph)).toMatchObject({ settled: true });
  });

  test('is removed although AWS does not list it, and believed gone only when it would be listed', async () => {
    aws.unlisted.add('Queue/q');
    await run(graph);
    const early = await run([]);
    await aws.clock.advance(30_000);

    expect(early).toMatchObject({
      settled: false,
      leftovers: [{ why: 'removing', message: 'was just made, and AWS does not list it yet' }],
    });
    expect(aws.writes).toEqual(['create Queue/q', 'remove Queue/q']);
    expect(await run([])).toMatchObject({ settled: true, leftovers: [] });
  });

  test('is waited for where another service does not know it yet', async () => {
    const unknown = withAction(named('NoSuchEntity', 'no such thing'), 'iam:CreateRole') as Error;
    aws.fail('create', 'Role/r', unknown);
    const outcome = await run([...graph, node('Role', 'r', { queue: ref('Queue', 'q', 'arn') })]);
    expect(outcome).toMatchObject({ failed: false, seconds: 2 });
    expect(outcome.nodes[1]).toMatchObject({
      state: 'Pending',
      message: expect.stringContaining('no such thing'),
    });
  });

  test('by a pipeline that is gone says nothing of the next one of its name', async () => {
    aws.unlisted.add('Queue/q');
    await run(graph);
    await run(graph, {}, { ...OWNER, uid: 'uid-2' });
    expect(aws.writes).toEqual(['create Queue/q', 'create Queue/q']);
  });
});

describe('an answer that was lost', () => {
  test('makes no second object where AWS could not tell the two apart', async () => {
    Object.assign(table, { Queue: { ...aws.kind('Queue', 40), doubles: { isUnused: () => false } } });
    aws.fail('create', 'Queue/q', named('TimeoutError', 'no answer'));
    await run([node('Queue', 'q')]);
    aws.mend();
    const early = await run([node('Queue', 'q')]);
    const removal = await run([]);
    await aws.clock.advance(30_000);

    expect(early.nodes[0]).toMatchObject({
      state: 'Pending',
      message: 'may have been made a moment ago: whether it is there shows within half a minute',
    });
    expect(removal).toMatchObject({ settled: false, leftovers: [{ why: 'removing' }] });
    expect(aws.writes).toEqual([]);
    expect(await run([node('Queue', 'q')])).toMatchObject({ settled: true });
  });

  test('of a call that worked is found out by looking', async () => {
    aws.fail('create', 'Queue/q', named('TimeoutError', 'no answer'));
    const first = await run([node('Queue', 'q')]);
    aws.mend();
    aws.put('Queue/q', { ...OURS, 'nami.dev/object': 'q' });
    const second = await run([node('Queue', 'q')]);

    expect(first.nodes[0]).toMatchObject({ state: 'Failed', reason: 'AWSUnreachable' });
    expect(second.settled).toBe(true);
    expect(aws.writes).toEqual([]);
  });
});

describe('a failure', () => {
  test('of one object stays with those that need it', async () => {
    aws.fail('create', 'Queue/q', DENIED);

    const outcome = await run(CHAIN);

    expect(states(outcome)).toEqual({
      'Queue/q': 'Failed',
      'EventSourceMapping/m': 'Blocked',
      'Function/f': 'Ready',
      'Role/r': 'Ready',
    });
    expect(outcome).toMatchObject({ settled: false, failed: true });
    expect(outcome.nodes[2]).toMatchObject({
      reason: 'AccessDenied',
      message: expect.stringContaining('sqs:CreateQueue'),
    });
  });

  test('that only means "not yet" is looked at again, without backoff', async () => {
    aws.fail('create', 'Queue/q', named('QueueDeletedRecently', 'wait'));
    const outcome = await run([node('Queue', 'q')]);
    expect(outcome).toMatchObject({ failed: false, settled: false, seconds: 60 });
    expect(states(outcome)).toEqual({ 'Queue/q': 'Pending' });
  });

  test('that the user must mend is not tried again by itself', async () => {
    aws.fail('create', 'Queue/q', new TerminalError('CodeInvalid', 'mend it'));
    const outcome = await run([node('Queue', 'q')]);
    expect(outcome).toMatchObject({ failed: false, settled: false });
    expect(outcome.nodes[0]).toMatchObject({ state: 'Failed', terminal: true, reason: 'CodeInvalid' });
  });

  test('of a mere wish is told and holds up nothing', async () => {
    aws.put('Queue/old', OURS);
    aws.fail('create', 'Role/wish', new TerminalError('ReservationRefused', 'none left'));

    const outcome = await run([node('Role', 'wish', {}, { optional: true })]);

    expect(outcome.nodes[0]).toMatchObject({ state: 'Failed', reason: 'ReservationRefused' });
    expect(outcome.failed).toBe(false);
    expect(aws.writes).toEqual(['remove Queue/old']);
  });
});

describe('what is not ours', () => {
  const foreign = { 'nami.dev/name': 'another' };

  test('is not touched, and its name is given with the way to hand it over', async () => {
    aws.put('Queue/q', foreign, { size: 1 });

    const outcome = await run([node('Queue', 'q', { size: 2 })]);

    expect(outcome.nodes[0]).toMatchObject({
      state: 'Failed',
      reason: 'NotOurs',
      terminal: true,
      message: expect.stringContaining('nami.dev/adoptable-by=c/shop/orders'),
    });
    expect(aws.writes).toEqual([]);
  });

  test.each([
    ['of another cluster', { ...OURS, 'nami.dev/cluster': 'other' }],
    ['of another namespace', { ...OURS, 'nami.dev/namespace': 'other' }],
    ['without any tag', {}],
  ])('counts as such %s', async (_, tags) => {
    aws.put('Queue/q', tags);
    expect((await run([node('Queue', 'q')])).nodes[0]).toMatchObject({ reason: 'NotOurs' });
  });

  test('is adopted when AWS says that this pipeline may', async () => {
    aws.put('Queue/q', { ...foreign, 'nami.dev/adoptable-by': 'c/shop/orders' });

    const outcome = await run([node('Queue', 'q')]);

    expect(outcome.settled).toBe(true);
    expect(aws.writes).toEqual(['tag Queue/q']);
    expect(aws.objects.get('Queue/q')?.tags).toMatchObject(OURS);
  });

  test('is not adopted by another pipeline than the one that is named', async () => {
    aws.put('Queue/q', { ...foreign, 'nami.dev/adoptable-by': 'c/shop/orders-2' });
    expect((await run([node('Queue', 'q')])).nodes[0]).toMatchObject({ reason: 'NotOurs' });
  });

  test('is not removed, though its name looks like ours', async () => {
    aws.put('Queue/q', foreign);
    expect(await run([])).toMatchObject({ settled: true, leftovers: [] });
    expect(aws.writes).toEqual([]);
  });
});

describe('what an earlier namespace of the same name left', () => {
  beforeEach(() => aws.put('Queue/q', { ...OURS, 'nami.dev/namespace-uid': 'ns-0' }));

  test('is neither used nor removed', async () => {
    const built = await run([node('Queue', 'q')]);
    const removed = await run([]);

    expect(built.nodes[0]).toMatchObject({
      reason: 'OwnedByPredecessor',
      terminal: true,
      message: expect.stringContaining('nami.dev/take-over=true'),
    });
    expect(removed.leftovers).toEqual([]);
    expect(aws.writes).toEqual([]);
  });

  test('is taken over on purpose, and then is ours', async () => {
    await run([node('Queue', 'q')], {}, { ...OWNER, takeOver: true });
    expect(aws.objects.get('Queue/q')?.tags).toMatchObject(OURS);
    expect(await run([node('Queue', 'q')])).toMatchObject({ settled: true });
  });
});

test('tags that someone took off are put back', async () => {
  aws.put('Queue/q', OURS);
  const outcome = await run([node('Queue', 'q', {}, { tags: { a: '1' } })]);
  expect(outcome.nodes[0]?.done).toEqual(['tagged nami.dev/object, a']);
  expect(aws.objects.get('Queue/q')?.tags).toEqual({ ...OURS, 'nami.dev/object': 'q', a: '1' });
});

describe('removal', () => {
  test('takes at once what vanishes at once, in the order of the kinds', async () => {
    await run(CHAIN);
    aws.writes.length = 0;

    const outcome = await run([]);

    expect(outcome).toMatchObject({ settled: true, leftovers: [] });
    expect(aws.writes).toEqual([
      'remove EventSourceMapping/m',
      'remove Function/f',
      'remove Queue/q',
      'remove Role/r',
    ]);
  });

  test('waits until what lingers was seen gone before it goes on, and asks but once', async () => {
    await run(CHAIN);
    aws.writes.length = 0;
    aws.lingering.add('Function/f');

    const passes = [await run([]), await run([])];
    const asked = [...aws.writes];
    aws.objects.delete('Function/f');
    passes.push(await run([]));

    expect(asked).toEqual(['remove EventSourceMapping/m', 'remove Function/f']);
    expect(passes.map(left)).toEqual([['Function/f removing'], ['Function/f removing'], []]);
    expect(passes.map(({ settled }) => settled)).toEqual([false, false, true]);
    expect(passes[1]).toMatchObject({ seconds: 1 });
    expect(aws.writes.slice(2)).toEqual(['remove Queue/q', 'remove Role/r']);
  });

  test('takes what the graph does not want and leaves what it does', async () => {
    await run([node('Queue', 'q'), node('Queue', 'old')]);
    const outcome = await run([node('Queue', 'q')]);
    expect(outcome.settled).toBe(true);
    expect([...aws.objects.keys()]).toEqual(['Queue/q']);
  });

  test('does not begin before all that is wanted is ready', async () => {
    aws.put('Queue/old', OURS);
    aws.put('Role/r', OURS, {}, pending('is being made', 1));
    expect((await run([node('Role', 'r')])).leftovers).toEqual([]);
    expect(aws.writes).toEqual([]);
  });

  test('keeps what its reclaim tag keeps, and goes on beyond it', async () => {
    aws.put('Volume/data', { ...OURS, 'nami.dev/reclaim-policy': 'Retain' });
    aws.put('Role/r', OURS);

    const outcome = await run([]);

    expect(left(outcome)).toEqual(['Volume/data kept']);
    expect(outcome).toMatchObject({ settled: true, failed: false });
    expect(aws.writes).toEqual(['remove Role/r']);
  });

  test('takes a volume whose reclaim tag says so', async () => {
    aws.put('Volume/data', { ...OURS, 'nami.dev/reclaim-policy': 'Delete' });
    expect(await run([])).toMatchObject({ settled: true, leftovers: [] });
    expect(aws.objects.size).toBe(0);
  });

  test('leaves what may not go for now', async () => {
    aws.put('Queue/q', OURS);
    expect(await run([], { mayRemove: () => false })).toMatchObject({ settled: true, leftovers: [] });
  });

  test('does not even look where nothing may go', async () => {
    aws.fail('owned', 'Queue', DENIED);
    expect(await run([], { mayRemove: false })).toMatchObject({ settled: true, failed: false });
  });

  test('takes what can carry no tags along', async () => {
    aws.put('EventSourceMapping/m', undefined);
    await run([]);
    expect(aws.writes).toEqual(['remove EventSourceMapping/m']);
  });

  test('that still meets something in use is looked at again, and nothing after it begins', async () => {
    aws.put('Queue/q', OURS);
    aws.put('Role/r', OURS);
    aws.fail('remove', 'Queue/q', named('DependencyViolation', 'in use'));

    const outcome = await run([]);

    expect(outcome).toMatchObject({ settled: false, failed: false, seconds: 1 });
    expect(outcome.leftovers).toMatchObject([
      { id: 'q', why: 'removing', message: expect.stringContaining('in use') },
    ]);
  });

  test('that takes long is asked for later and later, with the reason', async () => {
    aws.put('Queue/q', OURS);
    aws.fail('remove', 'Queue/q', named('DependencyViolation', 'in use'));
    const asked: number[] = [];
    for (let spent = 0; spent < 600; spent += asked.at(-1) ?? 0) {
      const { seconds = 0, leftovers } = await run([]);
      expect(leftovers[0]?.message).toContain('in use');
      asked.push(seconds);
      await aws.clock.advance(seconds * 1000);
    }
    expect(asked.slice(0, 3)).toEqual([1, 1, 1]);
    expect(asked.at(-1)).toBe(30);
    expect(asked.length).toBeLessThan(70);
  });

  test('asks nothing of what vanishes with the rest', async () => {
    Object.assign(table, { Function: aws.kind('Function', 'vanishes') });
    aws.unlisted.add('Function/f');
    await run([node('Function', 'f')]);
    expect(await run([])).toMatchObject({ settled: true, leftovers: [] });
  });

  test('that is refused says so, and takes the others of its order along', async () => {
    aws.put('Queue/p', OURS);
    aws.put('Queue/q', OURS);
    aws.put('Role/r', OURS);
    aws.fail('remove', 'Queue/p', DENIED);

    const outcome = await run([]);

    expect(outcome).toMatchObject({ settled: false, failed: true });
    expect(left(outcome)).toEqual(['Queue/p failed']);
    expect(aws.writes).toEqual(['remove Queue/q']);
  });

  test('stops at a kind that cannot be listed: it might hold up what comes after', async () => {
    aws.put('Role/r', OURS);
    aws.fail('owned', 'Queue', DENIED);
    expect(await run([])).toMatchObject({
      failed: true,
      settled: false,
      leftovers: [{ kind: 'Queue', id: '(list)' }],
    });
    expect(aws.writes).toEqual([]);
  });

  test('waits for a kind that AWS lists and does not know in the same breath', async () => {
    aws.put('Role/r', OURS);
    aws.fail('owned', 'Queue', new RequeueAfter(1, 'is listed, and AWS does not know it'));
    expect(await run([])).toMatchObject({
      failed: false,
      settled: false,
      leftovers: [{ kind: 'Queue', id: '(list)', why: 'removing' }],
    });
    expect(aws.writes).toEqual([]);
  });

  test('spares the kinds of a wish that could not be looked at', async () => {
    aws.put('Queue/wish', OURS);
    aws.put('Role/old', OURS);
    aws.fail('find', 'Queue/wish', named('ThrottlingException', 'slow down'));

    const outcome = await run([node('Queue', 'wish', {}, { optional: true })]);

    expect(outcome).toMatchObject({ failed: true, settled: false });
    expect([...aws.objects.keys()]).toEqual(['Queue/wish']);
  });
});

test('everything of the owner, and nothing else, is tagged when a pipeline leaves its objects behind', async () => {
  aws.put('Queue/q', OURS);
  aws.put('Queue/foreign', {});
  aws.put('EventSourceMapping/m', undefined);

  await tagOwned(aws.account, OWNER, { 'nami.dev/retained': 'true' });

  expect(aws.writes).toEqual(['tag Queue/q']);
  expect(aws.objects.get('Queue/q')?.tags).toEqual({ ...OURS, 'nami.dev/retained': 'true' });
});

test('a node depends on what it refers to, in its settings, its texts and its tags, and on what it comes after', () => {
  const tags = { gateway: given('gateway', 'restApiId') };
  const dependent = node(
    'Function',
    'f',
    { role: ref('Role', 'r', 'arn'), groups: [join('a', ref('Volume', 'v', 'id'))] },
    { tags, after: ['Queue/q'] },
  );
  expect(dependenciesOf(dependent).sort()).toEqual(['Queue/q', 'Role/r', 'Volume/v', 'given/gateway']);
});
