import { expect, test } from 'vitest';
import { DEFINITION } from '../../../../src/controller/custom-resource.ts';
import { OrphanFinder } from '../../../../src/controller/orphans/orphan-finder.ts';
import { CONFIG, pipeline } from '../pipelines.ts';
import { scriptedContext } from '../scripted-context.ts';

const queue = (name: string) => ({
  ResourceARN: `arn:aws:sqs:eu-central-1:123456789012:${name}`,
  Tags: Object.entries({
    'nami.dev/cluster': 'c',
    'nami.dev/namespace': 'shop',
    'nami.dev/name': name,
  }).map(([Key, Value]) => ({ Key, Value })),
});

/** A finder in an account that lists what `listed` answers, and the looks that it takes. */
function finderOf(
  listed: () => readonly object[],
  {
    pipelines = [],
    resyncSeconds = 600,
  }: { pipelines?: Parameters<typeof scriptedContext>[0]; resyncSeconds?: number } = {},
) {
  const world = scriptedContext(pipelines, {
    aws: { GetResources: () => ({ ResourceTagMappingList: listed(), PaginationToken: '' }) },
  });
  const finder = new OrphanFinder({
    ...world.context,
    config: { ...CONFIG, resyncSeconds },
    self: DEFINITION,
  });
  const look = async (afterSeconds: number) => {
    await world.run.clock.advance(afterSeconds * 1000);
    const next = await finder.look('eu-central-1');
    return { next, names: finder.known().flatMap(({ orphans }) => orphans.map(({ name }) => name)) };
  };
  return { ...world, look };
}

test('what a look sees counts once it is seen again ten minutes later, and anew where it was gone between', async () => {
  let listed = [queue('orders')];
  const { look } = finderOf(() => listed);
  expect((await look(0)).names).toEqual([]);
  expect((await look(300)).names).toEqual([]);
  expect((await look(300)).names).toEqual(['orders']);
  listed = [];
  expect((await look(600)).names).toEqual([]);
  listed = [queue('orders')];
  expect((await look(600)).names).toEqual([]);
});

test('it is looked for every resync, and every ten minutes at most', async () => {
  const quick = finderOf(() => [], { resyncSeconds: 30 });
  expect((await quick.look(0)).next).toEqual({ after: 600, urgency: 'routine' });
  const slow = finderOf(() => [], { resyncSeconds: 3600 });
  expect((await slow.look(0)).next).toEqual({ after: 3600, urgency: 'routine' });
});

test('what is of a pipeline by its name and in another region is of none', async () => {
  const far = pipeline('orders', { spec: { region: 'ap-south-1' } });
  const { look } = finderOf(() => [queue('orders'), queue('invoices')], {
    pipelines: [far, pipeline('invoices')],
  });
  await look(0);
  expect((await look(600)).names).toEqual(['orders']);
});

test('a report is made when the set changes: an Event for people, the ARNs in the log', async () => {
  let listed = [1, 2, 3, 4, 5, 6].map((index) => queue(`lost-${index}`));
  const { look, events, logger } = finderOf(() => listed);
  for (const seconds of [0, 600, 600]) await look(seconds);
  expect(events).toEqual([
    expect.stringMatching(
      /^ObjectsWithoutPipeline: in eu-central-1 6 objects .*shop\/lost-5 \(1\) and 1 more\. /,
    ),
  ]);
  expect(logger.lines).toMatchObject([
    { level: 'warn', details: { objects: { 'shop/lost-6': [queue('lost-6').ResourceARN] } } },
  ]);
  listed = listed.slice(1);
  await look(600);
  expect([events.length, logger.lines.length]).toEqual([2, 2]);
  listed = [];
  await look(600);
  expect([events.length, logger.lines.length]).toEqual([2, 3]);
});

test('a look that fails keeps what is known, and says so once', async () => {
  let fails = false;
  const { look, logger } = finderOf(() => {
    if (fails) throw Object.assign(new Error('down'), { name: 'InternalServiceException' });
    return [queue('orders')];
  });
  await look(0);
  await look(600);
  fails = true;
  expect((await look(600)).names).toEqual(['orders']);
  await look(600);
  expect(logger.lines.slice(1)).toMatchObject([
    { level: 'warn', details: { cause: 'tag:GetResources: InternalServiceException: down' } },
  ]);
});
