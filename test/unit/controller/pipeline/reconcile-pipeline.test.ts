import { describe, expect, test } from 'vitest';
import type { WebhookPipeline } from '../../../../src/api/v1alpha1.ts';
import { PipelineReconciler } from '../../../../src/controller/pipeline/reconcile-pipeline.ts';
import { ServerUnreachableError } from '../../../../src/kubernetes/errors.ts';
import { refuse } from '../../aws/kinds/scripted-account.ts';
import { pipeline } from '../pipelines.ts';
import { scriptedContext } from '../scripted-context.ts';

const finalizers = ['nami.dev/pipeline'];
const known = (more: Parameters<typeof pipeline>[1] = {}) =>
  pipeline('orders', {
    status: { observedGeneration: 1, endpoint: { path: 'orders', region: 'eu-central-1' } },
    metadata: { finalizers },
    ...more,
  });

/** A server that takes every write, and knows the namespace. */
const server =
  (subject: WebhookPipeline) =>
  ({ method, body }: { method: string; path: string; body: unknown }) => {
    if (method === 'GET') return { json: { metadata: { name: 'shop', uid: 'n' } } };
    const { metadata, status } = body as Partial<WebhookPipeline>;
    return {
      json: {
        ...subject,
        metadata: { ...subject.metadata, ...metadata, resourceVersion: '2' },
        ...(status && { status }),
      },
    };
  };

function reconciling(subject: WebhookPipeline, aws: Parameters<typeof scriptedContext>[1] = {}) {
  const world = scriptedContext([subject], { kubernetes: server(subject), ...aws });
  const reconciler = new PipelineReconciler(world.context);
  const written = () =>
    world.transport.requests
      .filter(({ path }) => path.includes('/status'))
      .map(({ body }) => JSON.parse(body ?? '{}').status as NonNullable<WebhookPipeline['status']>);
  const condition = (type: string) =>
    written()
      .at(-1)
      ?.conditions?.find((each) => each.type === type);
  return { ...world, look: () => reconciler.reconcile('shop/orders'), written, condition };
}

describe('a pipeline that was never seen', () => {
  test('says at once that it is seen and where it will be, and is then worked on in its turn', async () => {
    const { look, written, run } = reconciling(pipeline('orders'));
    expect(await look()).toEqual({ after: 0, urgency: 'unbegun' });
    expect(written()).toMatchObject([{ endpoint: { path: 'orders', region: 'eu-central-1' } }]);
    expect(run.calls).toEqual([]);
  });

  test('is worked on although its status can not be written', async () => {
    const subject = pipeline('orders');
    const { look, run } = reconciling(subject, {
      kubernetes: (request) =>
        request.path.includes('/status') ? { status: 422, json: {} } : server(subject)(request),
    });
    await look();
    await look();
    expect(run.calls.length).toBeGreaterThan(0);
  });
});

describe('a look that comes to no end', () => {
  const GITHUB: WebhookPipeline['spec'] = {
    source: { type: 'GitHub', secretRefs: [{ name: 'signing', key: 'key' }] },
  };

  test('names the Secret that is missing, in the status and once in the log, and comes again soon', async () => {
    const subject = known({ spec: GITHUB });
    const { look, logger, condition } = reconciling(subject, {
      kubernetes: (request) =>
        request.path.includes('/secrets/') ? { status: 404, json: {} } : server(subject)(request),
    });
    expect(await look()).toEqual({ backoff: true, atMostSeconds: 60 });
    await look();
    expect(condition('Stalled')).toMatchObject({ status: 'True', reason: 'SecretInvalid' });
    const lines = logger.lines.filter(({ message }) => message === 'could not be worked on');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.details).toMatchObject({
      reason: 'SecretInvalid',
      cause: expect.stringContaining('signing'),
    });
  });

  test('for want of rights names the right in one line, without a stack', async () => {
    const { look, logger, condition } = reconciling(known(), {
      aws: {
        DescribeSubnets: () =>
          refuse('UnauthorizedOperation', 'You are not authorized to perform: ec2:DescribeSubnets on *'),
      },
    });
    for (let count = 0; count < 3; count += 1) expect(await look()).toMatchObject({ backoff: true });
    expect(condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'AccessDenied',
      message: expect.stringContaining('ec2:DescribeSubnets'),
    });
    expect(logger.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { details: { reason: 'AccessDenied', cause: expect.stringContaining('ec2:DescribeSubnets') } },
    ]);
    expect(logger.lines.some(({ details }) => 'err' in details)).toBe(false);
  });

  test('for want of Kubernetes is no stack either, and comes again', async () => {
    const { look, logger } = reconciling(known(), {
      kubernetes: () => new ServerUnreachableError('https://kubernetes.test', 'connection refused'),
    });
    expect(await look()).toEqual({ backoff: true, atMostSeconds: 60 });
    expect(logger.lines).toMatchObject([
      { level: 'warn', details: { cause: expect.stringContaining('connection refused') } },
    ]);
  });
});

describe('a pipeline that is suspended', () => {
  test('is told apart from one that failed, and nothing is asked of AWS', async () => {
    const { look, condition, run } = reconciling(known({ spec: { suspend: true } }));
    await look();
    expect(condition('Suspended')?.status).toBe('True');
    expect(condition('Stalled')?.status).toBe('False');
    expect(run.calls).toEqual([]);
  });
});

describe('a pipeline that waits for nothing of ours', () => {
  test('is let go when the finalizer is gone', async () => {
    const { look } = reconciling(
      known({ metadata: { finalizers: ['another'], deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    );
    expect(await look()).toEqual({ done: true });
  });

  test('is forgotten when it is no more', async () => {
    const world = scriptedContext([]);
    expect(await new PipelineReconciler(world.context).reconcile('shop/orders')).toEqual({ done: true });
  });
});
