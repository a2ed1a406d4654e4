import { expect, test } from 'vitest';
import type { Context } from '../../../../src/controller/context.ts';
import { followStore } from '../../../../src/controller/pipeline/follow-store.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { pipelineOwner } from '../../../../src/plan/identity.ts';
import { refuse, type Script, scripted } from '../../aws/kinds/scripted-account.ts';
import { believed, CONFIG, pipeline, UNREACHABLE } from '../pipelines.ts';

const identity = { cluster: 'c', namespace: 'shop', name: 'orders', uid: 'u', namespaceUid: 'n' };
const owner = pipelineOwner(identity, '/nami/');
const mapping = (State: string) => ({
  UUID: 'm',
  State,
  FunctionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${owner.prefix}-post-queue:live`,
});

async function follow(mappings: object[], reachable: boolean, more: Script = {}) {
  const store = reachable ? { reachable: true, documents: 0 } : { reachable: false, error: 'away' };
  const run = scripted({
    ListEventSourceMappings: () => ({ EventSourceMappings: mappings }),
    UpdateEventSourceMapping: () => ({}),
    Invoke: () => ({ Payload: Buffer.from(JSON.stringify({ nami: 'post-queue', problems: [], store })) }),
    GetQueueUrl: () => refuse('QueueDoesNotExist'),
    ...more,
  });
  const memory = newMemory('u');
  memory.store = believed(reachable ? { is: 'unknown', why: '' } : UNREACHABLE);
  await followStore({ config: CONFIG } as Context, {
    pipeline: pipeline('orders'),
    account: run.account,
    owner,
    memory,
  });
  return run;
}

test.each([
  ['Enabled', false, [{ UUID: 'm', Enabled: false }]],
  ['Disabled', true, [{ UUID: 'm', Enabled: true }]],
  ['Enabled', true, []],
  ['Disabled', false, []],
])('a mapping that is %s follows a store whose being reachable is %s', async (state, reachable, changes) => {
  const run = await follow([mapping(state)], reachable);
  expect(run.inputs('UpdateEventSourceMapping')).toEqual(changes);
});

test.each([
  ['is being changed', [mapping('Updating')]],
  ['is being removed', [mapping('Deleting')]],
  ['is not there', []],
])('a mapping that %s is left alone, and the store not asked for it', async (_, mappings) => {
  const run = await follow(mappings, false);
  expect(run.calls.map(({ command }) => command)).toEqual(['ListEventSourceMappings']);
});
