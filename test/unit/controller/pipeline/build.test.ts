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

test('a plan that came to rest is applied again when the plan changes, or the tags of all that it makes', async () => {
  const outcome = applied(outcomeOf('EventSourceMapping', 'mapping'));
  const applying = vi.mocked(apply).mockResolvedValue(outcome);
  const uri = { data: { uri: Buffer.from('mongodb://u:p@h/').toString('base64') } };
  const context = {
    config: CONFIG,
    clock: new FakeClock(),
    cluster: 'c',
    client: { get: async () => uri },
    code: codeLibrary({ 'pre-queue': Buffer.from('1'), 'post-queue': Buffer.from('2') }),
    pipelines: { list: () => [] },
    hostTurns: new Map(),
  } as unknown as Context;
  const memory = newMemory('u1');
  const surroundings = {
    gateway: { routes: [], isCurrent: true, deployedPaths: new Set<string>() },
    network: undefined,
  };
  const times = async (tags: Record<string, string>, memoryMiB: number) => {
    const spec = {
      preQueue: { memoryMiB },
      store: { external: { uriSecretRef: { name: 's', key: 'uri' } } },
    };
    const subject = {
      pipeline: pipeline('orders', { spec }),
      spec: webhookPipelineSpec.parse(spec),
      account: scripted({}).account,
      owner: pipelineOwner(IDENTITY, '/nami/', tags),
      memory,
    };
    await build(context, { changes: () => {} }, subject, surroundings);
    return applying.mock.calls.length;
  };

  expect(await times({}, 256)).toBe(1);
  expect(await times({}, 256)).toBe(1);
  expect(await times({ team: 'shop' }, 256)).toBe(2);
  expect(await times({ team: 'shop' }, 256)).toBe(2);
  expect(await times({ team: 'shop' }, 512)).toBe(3);
});
