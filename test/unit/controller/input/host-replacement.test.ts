import { describe, expect, test } from 'vitest';
import { type WebhookPipeline, webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import {
  type HostTurns,
  hostReplacement,
  isUnfit,
} from '../../../../src/controller/input/host-replacement.ts';
import { replacementRemarks } from '../../../../src/controller/report/findings.ts';
import { believed, CONFIG, pipeline, reachable, UNREACHABLE } from '../pipelines.ts';

/** A pipeline on the host `i-<name>`. */
const on = (
  name: string,
  {
    asked,
    ready = true,
    stalled = false,
    ...more
  }: { asked?: string; ready?: boolean; stalled?: boolean } & Partial<WebhookPipeline> = {},
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
      conditions: Object.entries({ StoreReady: ready, Stalled: stalled }).map(([type, is]) => ({
        type: type as 'StoreReady' | 'Stalled',
        status: is ? 'True' : 'False',
        reason: 'r',
        message: '',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      })),
      ...more.status,
    },
  });
/** Of each in turn, as one operator looks at them. */
const inTurn = (...subjects: WebhookPipeline[]) => {
  const context = { config: CONFIG, pipelines: { list: () => subjects }, hostTurns: new Map() };
  return subjects.map((subject) => hostReplacement(subject, context));
};
/** Of one after the other, by one operator. */
const looks = () => {
  const hostTurns: HostTurns = new Map();
  return (subject: WebhookPipeline, ...all: WebhookPipeline[]) =>
    hostReplacement(subject, { config: CONFIG, pipelines: { list: () => all }, hostTurns });
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
    const look = looks();
    expect(look(b, on('a'), b)).toMatchObject({ is: 'due' });
    expect(look(a, a, b)).toMatchObject({ is: 'waiting', behind: 'shop/b' });
    expect(look(b, a, b)).toMatchObject({ is: 'due' });
    const replaced = on('b', { asked: 'i-b' });
    Object.assign(replaced.status?.store ?? {}, { host: 'i-c' });
    expect(look(a, a, replaced)).toMatchObject({ is: 'due' });
  });

  test('gives its turn back when nobody asks any more', () => {
    const [a, b] = [on('a', { asked: 'i-a' }), on('b', { asked: 'i-b' })];
    const look = looks();
    look(b, on('a'), b);
    expect(look(on('b'), a, on('b'))).toEqual({ is: 'none' });
    expect(look(a, a, on('b'))).toMatchObject({ is: 'due' });
  });

  test('passes on the turn of one that waits for its user', () => {
    const [a, b] = [on('a', { asked: 'i-a' }), on('b', { asked: 'i-b' })];
    const look = looks();
    look(b, on('a'), b);
    const stalled = on('b', { asked: 'i-b', ready: false, stalled: true });
    expect(look(a, a, stalled)).toMatchObject({ is: 'due' });
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
    ['waiting for its user', on('b', { ready: false, stalled: true })],
    ['waiting for its user although it asks', on('aa', { asked: 'i-aa', ready: false, stalled: true })],
  ])('waits for none that is %s', (_, other) => {
    expect(of(on('a', { asked: 'i-a' }), other)).toMatchObject({ is: 'due' });
  });
});

describe('a host that is unfit', () => {
  const managed = webhookPipelineSpec.parse({}).store;
  const MINUTE = 60_000;
  const failing = believed({ is: 'unreachable', why: '', impairedSince: 0 });

  test('is one whose checks have failed for as long as its pipeline lets them', () => {
    expect(isUnfit({ store: failing }, managed, 15 * MINUTE)).toBe(true);
    expect(isUnfit({ store: failing }, managed, 15 * MINUTE - 1)).toBe(false);
    const patient = webhookPipelineSpec.parse({
      store: { managed: { replaceImpairedAfterMinutes: 60 } },
    }).store;
    expect(isUnfit({ store: failing }, patient, 59 * MINUTE)).toBe(false);
  });

  test.each([
    ['its database answers', believed(reachable()), managed],
    ['its checks pass', believed(UNREACHABLE), managed],
    ['it is none of ours', failing, { ...managed, managed: undefined }],
  ])('is none where %s', (_, belief, store) => {
    expect(isUnfit({ store: belief }, store, 1e9)).toBe(false);
  });

  test('is one that AWS is going to end, and not one that it starts again', () => {
    const scheduled = (ends: boolean) => ({
      store: believed(reachable()),
      schedule: { is: 'scheduled', instanceId: 'i-1', code: '', ends, at: 1e12 } as const,
    });
    expect(isUnfit(scheduled(true), managed, 0)).toBe(true);
    expect(isUnfit(scheduled(false), managed, 0)).toBe(false);
    expect(isUnfit(scheduled(true), { ...managed, managed: undefined }, 0)).toBe(false);
  });

  test('is replaced without anybody asking, one at a time', () => {
    const [a, b] = [on('a'), on('b')];
    const context = { config: CONFIG, pipelines: { list: () => [a, b] }, hostTurns: new Map() };
    expect(hostReplacement(b, context, true)).toEqual({ is: 'due', hostId: 'i-b' });
    expect(hostReplacement(a, context, true)).toEqual({ is: 'waiting', hostId: 'i-a', behind: 'shop/b' });
    expect(hostReplacement(b, context, false), 'it has come back').toEqual({ is: 'none' });
    expect(hostReplacement(a, context, true)).toMatchObject({ is: 'due' });
  });
});
