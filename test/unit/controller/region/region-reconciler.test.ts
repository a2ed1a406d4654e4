import { describe, expect, test } from 'vitest';
import type { WebhookPipeline } from '../../../../src/api/v1alpha1.ts';
import { DEFINITION } from '../../../../src/controller/custom-resource.ts';
import { RegionReconciler } from '../../../../src/controller/region/region-reconciler.ts';
import { refuse, type Script } from '../../aws/kinds/scripted-account.ts';
import { CONFIG, pipeline } from '../pipelines.ts';
import { scriptedContext } from '../scripted-context.ts';

const REGION = 'eu-central-1';

function region(
  pipelines: readonly WebhookPipeline[],
  aws: Script = {},
  config: Partial<typeof CONFIG> = {},
) {
  const world = scriptedContext(pipelines, { aws });
  const woken: string[] = [];
  const reconciler = new RegionReconciler({
    ...world.context,
    self: DEFINITION,
    config: { ...CONFIG, ...config },
    wakePipelines: (waiting) => woken.push(...waiting.map(({ metadata }) => metadata.name)),
  });
  return { ...world, reconciler, woken };
}
const DENIED = {
  GetRestApis: () => refuse('AccessDeniedException', 'not authorized to perform: apigateway:GET'),
};

describe('a region', () => {
  test('without pipelines is left alone: what is shared stays for the next', async () => {
    const { reconciler, run } = region([]);
    expect(await reconciler.reconcile(REGION)).toEqual({ done: true });
    expect(run.calls).toEqual([]);
  });

  test('without pipelines is looked at where what is shared goes with the last: a removal may have been cut off', async () => {
    const { reconciler, run } = region([], {}, { deleteSharedObjects: true });
    expect(await reconciler.reconcile(REGION)).toEqual({ done: true });
    expect(run.calls.map(({ command }) => command)).toContain('DescribeVpcs');
    expect(run.writes()).toEqual([]);
  });

  test('that can not be looked at tells all that wait, once, and logs one line', async () => {
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: '',
      observedGeneration: 1,
      lastTransitionTime: '',
    } as const;
    const settled = pipeline('settled', { status: { observedGeneration: 1, conditions: [ready] } });
    const external = { store: { external: { uriSecretRef: { name: 's', key: 'k' } } } };
    const begun = {
      observedGeneration: 1,
      objects: [{ kind: 'Queue', name: 'queue', state: 'Ready' as const }],
    };
    const waiting = pipeline('waiting', { spec: external, status: begun });
    const { reconciler, woken, logger } = region([waiting, pipeline('unbegun'), settled], DENIED);
    for (let count = 0; count < 3; count += 1)
      expect(await reconciler.reconcile(REGION)).toEqual({ backoff: true });
    expect(woken).toEqual(['waiting']);
    expect(reconciler.problems(REGION)).toMatchObject([
      { part: 'Gateway', reason: 'AccessDenied', message: expect.stringContaining('apigateway:GET') },
      { part: 'Store', reason: 'AccessDenied' },
    ]);
    expect(logger.lines).toHaveLength(1);
    expect(reconciler.problems('us-east-1')).toEqual([]);
  });
});
