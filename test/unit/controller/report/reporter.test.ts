import { describe, expect, test } from 'vitest';
import type { WebhookPipeline } from '../../../../src/api/v1alpha1.ts';
import type { Report } from '../../../../src/controller/report/conditions.ts';
import { Reporter } from '../../../../src/controller/report/reporter.ts';
import { KubernetesClient } from '../../../../src/kubernetes/client.ts';
import { FakeClock } from '../../fake-clock.ts';
import { RecordingLogger } from '../../kubernetes/kettles.ts';
import { type Answer, ScriptedTransport } from '../../kubernetes/scripted-transport.ts';
import { applied, outcomeOf, pipeline } from '../pipelines.ts';

const REPORT: Report = {
  generation: 1,
  findings: [],
  health: { status: 'True', reason: 'Healthy', message: '' },
};

function reporting(answer: (body: string) => Answer | Error, subject: WebhookPipeline = pipeline('orders')) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const transport = new ScriptedTransport(({ body = '' }) => answer(body));
  const order: string[] = [];
  const known = new Map([['shop/orders', subject]]);
  const reporter = new Reporter({
    client: new KubernetesClient({ transport, clock }),
    clock,
    logger,
    events: {
      record: (_: unknown, { reason }: { reason: string }) => order.push(`event ${reason}`),
    } as never,
    pipelines: {
      get: (key: string) => known.get(key),
      list: () => [...known.values()],
      remember: (written: WebhookPipeline) => {
        order.push('status');
        known.set('shop/orders', written);
      },
    },
  });
  return { reporter, subject, logger, transport, order };
}
const accepted =
  (subject = pipeline('orders')) =>
  (body: string) => ({
    json: { ...subject, status: JSON.parse(body).status },
  });

describe('a status', () => {
  test('is written before the Event that speaks of it', async () => {
    const { reporter, subject, order } = reporting(accepted());
    expect(await reporter.say(subject, REPORT, {})).toBe(true);
    expect(order).toEqual(['status', 'event Ready']);
  });

  test.each<[string, Answer | Error]>([
    ['refuses it', { status: 422, json: { message: 'must be of type object: null' } }],
    ['is busy', { status: 503, json: {} }],
    ['forbids it', { status: 403, json: { message: 'no' } }],
    ['is not there', new Error('connection refused')],
  ])(
    'that can not be written since the server %s stops nothing: no error, no Event, one line',
    async (_, answer) => {
      const { reporter, subject, order, logger } = reporting(() => answer);
      expect(await reporter.say(subject, REPORT, {})).toBe(false);
      expect(order).toEqual([]);
      expect(logger.lines).toMatchObject([{ level: 'warn', details: { pipeline: 'shop/orders' } }]);
    },
  );

  test('of a pipeline that is gone has nobody to tell', async () => {
    const { reporter, subject, logger } = reporting(() => ({ status: 404, json: {} }));
    expect(await reporter.say(subject, REPORT, {})).toBe(true);
    expect(logger.lines).toEqual([]);
  });

  test('holds no empty object, however little is known', async () => {
    const { reporter, subject, transport } = reporting(accepted());
    await reporter.say(subject, REPORT, { code: {}, store: {}, endpoint: { path: 'orders' } });
    const { status } = JSON.parse(transport.requests[0]?.body ?? '{}');
    expect(status).toMatchObject({ endpoint: { path: 'orders' } });
    expect(status).not.toHaveProperty('code');
    expect(status).not.toHaveProperty('store');
  });

  test('that says nothing new is neither written nor told', async () => {
    const { reporter, transport, order } = reporting(accepted());
    await reporter.say(pipeline('orders'), REPORT, {});
    await reporter.say(pipeline('orders'), REPORT, { code: {} });
    expect(transport.requests).toHaveLength(1);
    expect(order).toEqual(['status', 'event Ready']);
  });
});

describe('what went wrong in AWS', () => {
  const failing = (message: string) => ({
    ...applied(outcomeOf('Queue', 'q', { state: 'Failed', reason: 'AccessDenied', message })),
    failed: true,
  });

  test('is logged once for as long as it stays the same', () => {
    const { reporter, subject, logger } = reporting(accepted());
    reporter.changes(subject, failing('no'), { last: undefined });
    reporter.changes(subject, failing('no'), { last: failing('no') });
    reporter.changes(subject, failing('still no'), { last: failing('no') });
    expect(logger.lines).toMatchObject([
      { level: 'warn', details: { object: 'Queue q', reason: 'AccessDenied', cause: 'no' } },
      { level: 'warn', details: { cause: 'still no' } },
    ]);
  });
});
