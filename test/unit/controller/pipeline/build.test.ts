import { expect, test, vi } from 'vitest';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { apply } from '../../../../src/aws/graph/apply.ts';
import { codeLibrary } from '../../../../src/code.ts';
import type { Context } from '../../../../src/controller/context.ts';
import { build } from '../../../../src/controller/pipeline/build.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { pipelineOwner } from '../../../../src/plan/identity.ts';
import { scripted } from '../../aws/kinds/scripted-account.ts';
import { FakeClock } from '../../fake-clock.ts';
import { IDENTITY } from '../../plan/inputs.ts';
import { applied, CONFIG, outcomeOf, pipeline } from '../pipelines.ts';

vi.mock('../../../../src/aws/graph/apply.ts');

const SURROUNDINGS = {
  gateways: [],
  gatewayNumber: 1,
  domains: [],
  network: undefined,
};
const URI = { data: { uri: Buffer.from('mongodb://u:p@h/').toString('base64') } };

/** Looks at one pipeline again and again, as `spec` and the owner's tags are by then. */
function looks() {
  const drift: string[] = [];
  const clock = new FakeClock();
  const context = {
    config: CONFIG,
    clock,
    cluster: 'c',
    client: { get: async () => URI },
    code: codeLibrary({
      'pre-queue': Buffer.from('1'),
      'pre-queue-certified': Buffer.from('1, certified'),
      'post-queue': Buffer.from('2'),
    }),
    pipelines: { list: () => [] },
    onDrift: (kind: string) => drift.push(kind),
    hostTurns: new Map(),
  } as unknown as Context;
  const memory = newMemory('u1');
  const { account } = scripted({});
  const look = async (
    tags: Record<string, string>,
    memoryMiB: number,
    more: object = {},
    signal?: AbortSignal,
  ) => {
    const spec = {
      ...more,
      preQueue: { memoryMiB },
      store: { external: { uriSecretRef: { name: 's', key: 'uri' } } },
    };
    const subject = {
      pipeline: pipeline('orders', { spec }),
      spec: webhookPipelineSpec.parse(spec),
      account,
      owner: pipelineOwner(IDENTITY, '/nami/', tags),
      memory,
      signal,
    };
    await build(context, { changes: () => {} }, subject, SURROUNDINGS);
  };
  return { account, clock, drift, look };
}

test('a plan that came to rest is applied again when the plan changes, or the tags of all that it makes', async () => {
  const outcome = applied(outcomeOf('EventSourceMapping', 'mapping'));
  const applying = vi.mocked(apply).mockClear().mockResolvedValue(outcome);
  const { look } = looks();
  const times = async (tags: Record<string, string>, memoryMiB: number) => {
    await look(tags, memoryMiB);
    return applying.mock.calls.length;
  };

  expect(await times({}, 256)).toBe(1);
  expect(await times({}, 256)).toBe(1);
  expect(await times({ team: 'shop' }, 256)).toBe(2);
  expect(await times({ team: 'shop' }, 256)).toBe(2);
  expect(await times({ team: 'shop' }, 512)).toBe(3);
});

test('what a look at a plan at rest puts right is drift; what a plan is made with, or changes, is none', async () => {
  const rest = (as: string) => applied(outcomeOf('EventSourceMapping', 'mapping', { as }));
  const busy = (as: string) =>
    applied(outcomeOf('EventSourceMapping', 'mapping', { as, done: ['updated batchSize'] }));
  const { clock, drift, look } = looks();
  const resync = async (outcomeAs: typeof rest, memoryMiB: number) => {
    vi.mocked(apply).mockResolvedValue(outcomeAs(String(memoryMiB)));
    await look({}, memoryMiB);
    await clock.advance(CONFIG.resyncSeconds * 1000);
    return drift.splice(0);
  };

  expect(await resync(busy, 256)).toEqual([]);
  expect(await resync(rest, 256)).toEqual([]);
  expect(await resync(busy, 256)).toEqual(['EventSourceMapping']);
  expect(await resync(busy, 512)).toEqual([]);
});

test('what is at rest is compared by few at once, and the others are looked at all the same', async () => {
  const applying = vi.mocked(apply).mockClear();
  applying.mockResolvedValue(applied(outcomeOf('EventSourceMapping', 'mapping')));
  const { account, clock, look } = looks();
  await look({}, 256);
  await clock.advance(CONFIG.resyncSeconds * 1000);

  const { promise, resolve } = Promise.withResolvers<void>();
  const others = [account.spareTime.use(() => promise), account.spareTime.use(() => promise)];
  await look({}, 256);
  expect(applying).toHaveBeenCalledTimes(1);
  await look({}, 512);
  expect(applying).toHaveBeenCalledTimes(2);

  resolve();
  await Promise.all(others);
  await clock.advance(CONFIG.resyncSeconds * 1000);
  await look({}, 512);
  expect(applying).toHaveBeenCalledTimes(3);
});

test('a comparison that was given up counts for nothing, but for what it has put right', async () => {
  const rest = outcomeOf('EventSourceMapping', 'mapping', { as: '1' });
  const applying = vi.mocked(apply).mockClear().mockResolvedValue(applied(rest));
  const { clock, drift, look } = looks();
  await look({}, 256);
  await clock.advance(CONFIG.resyncSeconds * 1000);

  const over = new AbortController();
  applying.mockImplementation(async () => {
    over.abort();
    return { ...applied({ ...rest, state: 'Pending', done: ['updated batchSize'] }), settled: false };
  });
  await expect(look({}, 256, {}, over.signal)).rejects.toThrow('is looked at anew');
  expect(drift).toEqual(['EventSourceMapping']);

  applying.mockResolvedValue(applied(rest));
  await look({}, 256);
  expect(applying).toHaveBeenCalledTimes(3);
  expect(applying.mock.calls.at(-1)?.[3]).not.toHaveProperty('before');
});

test('lists of everybody’s objects tell what is unwanted, but for what was wanted when they were asked for', async () => {
  const applying = vi.mocked(apply).mockClear();
  const underWay = { ...applied(outcomeOf('EventSourceMapping', 'mapping')), settled: false };
  applying.mockResolvedValue(underWay);
  const { clock, look } = looks();
  const trustsLists = async (spec: object) => {
    await look({}, 256, spec);
    return applying.mock.calls.at(-1)?.[3]?.isOldWish;
  };

  expect(await trustsLists({})).toBe(true);
  expect(await trustsLists({ alarms: { enabled: false } })).toBe(false);
  await clock.advance(60_000);
  expect(await trustsLists({ alarms: { enabled: false } })).toBe(false);
  await clock.advance(60_000);
  expect(await trustsLists({ alarms: { enabled: false } })).toBe(true);
});
