import { describe, expect, test } from 'vitest';
import type { WebhookPipeline } from '../../../../src/api/v1alpha1.ts';
import { deletePipeline } from '../../../../src/controller/pipeline/delete-pipeline.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import type { RegionProblem } from '../../../../src/controller/region/problems.ts';
import type { Overall } from '../../../../src/controller/report/conditions.ts';
import { aliasArnOf, pipelineOwner, regionOwner } from '../../../../src/plan/identity.ts';
import { refuse, type Script } from '../../aws/kinds/scripted-account.ts';
import { pipeline } from '../pipelines.ts';
import { scriptedContext } from '../scripted-context.ts';

const owner = pipelineOwner(
  { cluster: 'c', namespace: 'shop', name: 'orders', uid: 'u', namespaceUid: 'n' },
  '/nami/',
);
const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['nami.dev/pipeline'] };
const subject = (more: Partial<WebhookPipeline> = {}) => ({
  ...pipeline('orders', { metadata: deleted }),
  ...more,
});

/** A gateway with the pipeline's route in it. */
const GATEWAY: Script = {
  GetRestApis: () => ({ items: [{ id: 'api1', name: regionOwner('c', '/nami/').prefix }] }),
  GetResources: () => {
    const arn = aliasArnOf(
      { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' },
      owner,
      'pre-queue',
    );
    const uri = `arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${arn}/invocations`;
    return {
      items: [{ id: 'o', path: '/nami/orders', resourceMethods: { ANY: { methodIntegration: { uri } } } }],
    };
  },
  GetStage: () => refuse('NotFoundException'),
  GetFunction: () => refuse('ResourceNotFoundException'),
};

async function look(
  aws: Script,
  more: { pipeline?: WebhookPipeline; problems?: readonly RegionProblem[] } = {},
) {
  const { pipeline: target = subject(), problems = [] } = more;
  const world = scriptedContext([target], { aws, problems, kubernetes: () => ({ json: target }) });
  const said: Overall[] = [];
  const next = await deletePipeline(world.context, {
    pipeline: target,
    account: world.run.account,
    owner,
    memory: newMemory('u'),
    say: async (overall) => void said.push(overall),
    keepWorking: async () => {},
  });
  return { ...world, next, said };
}

describe('a deletion', () => {
  test('takes the route away first, and touches nothing else before', async () => {
    const { next, said, woken, run } = await look(GATEWAY);
    expect(woken).toEqual(['eu-central-1']);
    expect(said).toMatchObject([{ reason: 'Deleting', message: 'the endpoint is being taken away' }]);
    expect(next).toEqual({ after: 1, urgency: 'begun' });
    expect(run.writes()).toEqual([]);
  });

  test('that lacks a right for it says which, and does not ask each second', async () => {
    const problem = {
      part: 'Gateway',
      reason: 'AccessDenied',
      message: 'lacks apigateway:DELETE',
      terminal: false,
    } as const;
    const { next, said } = await look(GATEWAY, { problems: [problem] });
    expect(said).toMatchObject([
      { reason: 'AccessDenied', message: expect.stringContaining('lacks apigateway:DELETE') },
    ]);
    expect(next).toMatchObject({ backoff: true });
  });

  test('that may not look at the gateway does not take the route for gone', async () => {
    await expect(look({ GetRestApis: () => refuse('AccessDeniedException') })).rejects.toThrow();
  });

  test('of what never was in AWS lets the pipeline go', async () => {
    const { next, transport, events } = await look({});
    expect(next).toEqual({ done: true });
    expect(transport.requests.map(({ method }) => method)).toEqual(['PATCH']);
    expect(events).toEqual([]);
  });

  test('names what stays in an Event and in the log, for a namespace that ends takes no Events', async () => {
    const tags = Object.entries({ ...owner.identity, ...owner.tags, 'nami.dev/reclaim-policy': 'Retain' });
    const volume = {
      VolumeId: 'vol-1',
      State: 'available',
      Tags: tags.map(([Key, Value]) => ({ Key, Value })),
    };
    const { next, events, logger } = await look({ DescribeVolumes: () => ({ Volumes: [volume] }) });
    expect(next).toEqual({ done: true });
    expect(events).toEqual([expect.stringContaining('Volume vol-1 stay in AWS')]);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({
        details: expect.objectContaining({ stays: expect.stringContaining('vol-1') }),
      }),
    );
  });

  test('that fails to remove something says what, and keeps the finalizer', async () => {
    const { next, said, transport } = await look({
      ListFunctions: () => refuse('AccessDeniedException', 'not authorized to perform: lambda:ListFunctions'),
    });
    expect(said).toMatchObject([
      { reason: 'AccessDenied', message: expect.stringContaining('lambda:ListFunctions') },
    ]);
    expect(next).toMatchObject({ backoff: true });
    expect(transport.requests).toEqual([]);
  });
});
