import { describe, expect, test } from 'vitest';
import type { WebhookPipeline } from '../../../../src/api/v1alpha1.ts';
import { hostReplacement } from '../../../../src/controller/input/host-replacement.ts';
import { replacementRemarks } from '../../../../src/controller/report/findings.ts';
import { CONFIG, pipeline } from '../pipelines.ts';

/** A pipeline on the host `i-<name>`. */
const on = (
  name: string,
  { asked, ready = true, ...more }: { asked?: string; ready?: boolean } & Partial<WebhookPipeline> = {},
) =>
  pipeline(name, {
    ...more,
    metadata: {
      ...more.metadata,
      ...(asked !== undefined && { annotations: { 'nami.dev/replace-host': asked } }),
    },
    status: {
      observedGeneration: 1,
      store: { host: `i-${name}` },
      conditions: [
        {
          type: 'StoreReady',
          status: ready ? 'True' : 'False',
          reason: 'r',
          message: '',
          observedGeneration: 1,
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
      ...more.status,
    },
  });
/** Of each in turn, as one operator looks at them. */
const inTurn = (...subjects: WebhookPipeline[]) => {
  const context = { config: CONFIG, pipelines: { list: () => subjects }, hostTurns: new Map() };
  return subjects.map((subject) => hostReplacement(subject, context));
};
const of = (subject: WebhookPipeline, ...others: WebhookPipeline[]) => inTurn(subject, ...others)[0];

describe('the replacement of a host on request', () => {
  test('is due where the annotation names the host that there is', () => {
    expect(of(on('a', { asked: 'i-a' }), on('b'))).toEqual({ is: 'due', hostId: 'i-a' });
    expect(of(on('a', { asked: 'i-a', ready: false }))).toMatchObject({ is: 'due' });
  });

  test.each([
    ['nobody asks', on('a')],
    ['the host that was meant is gone', on('a', { asked: 'i-before' })],
    ['there is no host', pipeline('a', { metadata: { annotations: { 'nami.dev/replace-host': 'i-a' } } })],
  ])('is none where %s', (_, subject) => expect(of(subject)).toEqual({ is: 'none' }));

  test('waits while another host of the region is not ready', () => {
    const found = of(on('a', { asked: 'i-a' }), on('b', { ready: false }));
    expect(found).toEqual({ is: 'waiting', hostId: 'i-a', behind: 'shop/b' });
    expect(found && replacementRemarks(found)).toMatchObject([
      {
        part: 'Store',
        message: expect.stringMatching(/i-a is replaced, .* once the host of shop\/b is ready/),
      },
    ]);
  });

  test('comes to one of several that ask, the same to each of them', () => {
    const [a, b] = [on('a', { asked: 'i-a' }), on('b', { asked: 'i-b' })];
    expect(inTurn(a, b)).toMatchObject([{ is: 'due' }, { is: 'waiting', behind: 'shop/a' }]);
    expect(inTurn(b, a)).toMatchObject([{ is: 'waiting', behind: 'shop/a' }, { is: 'due' }]);
  });

  test('keeps its turn until it has another host, whoever else asks meanwhile', () => {
    const [a, b] = [on('a', { asked: 'i-a' }), on('b', { asked: 'i-b' })];
    const hostTurns = new Map<string, string>();
    const look = (subject: WebhookPipeline, ...all: WebhookPipeline[]) =>
      hostReplacement(subject, { config: CONFIG, pipelines: { list: () => all }, hostTurns });
    expect(look(b, on('a'), b)).toMatchObject({ is: 'due' });
    expect(look(a, a, b)).toMatchObject({ is: 'waiting', behind: 'shop/b' });
    expect(look(b, a, b)).toMatchObject({ is: 'due' });
    expect(look(a, a, on('b', { asked: 'i-before' }))).toMatchObject({ is: 'due' });
  });

  test('comes first to the one that is not ready, which loses nothing by it', () => {
    const [a, b] = [on('a', { asked: 'i-a' }), on('b', { asked: 'i-b', ready: false })];
    expect(inTurn(a, b)).toMatchObject([{ is: 'waiting', behind: 'shop/b' }, { is: 'due' }]);
    const both = inTurn(on('a', { asked: 'i-a', ready: false }), b);
    expect(both).toMatchObject([{ is: 'due' }, { is: 'waiting', behind: 'shop/a' }]);
  });

  test.each([
    ['in another region', on('b', { ready: false, spec: { region: 'us-east-1' } })],
    ['suspended', on('b', { ready: false, spec: { suspend: true } })],
    ['without a host so far', pipeline('b')],
  ])('waits for none that is %s', (_, other) => {
    expect(of(on('a', { asked: 'i-a' }), other)).toMatchObject({ is: 'due' });
  });
});
