import { describe, expect, test } from 'vitest';
import { NOT_ASKED } from '../../../../src/controller/pipeline/store-belief.ts';
import {
  endpointFindings,
  networkFindings,
  storeFindings,
} from '../../../../src/controller/report/findings.ts';
import { inputOf } from '../../plan/inputs.ts';
import { applied, believed, outcomeOf, reachable, UNREACHABLE } from '../pipelines.ts';

const INPUT = inputOf({});

describe('the store of a pipeline', () => {
  const since = { host: 'i-1', answersSince: '2026-01-01T00:00:00Z' };
  const last = { host: 'i-1', lastProbeTime: '2026-01-01T00:00:00Z' };
  const on = (host: string) => ({ host, awaitsHost: false });

  test.each([
    ['answers', believed(reachable(), on('i-1')), undefined],
    ['has answered where it stands, and is away for now', believed(UNREACHABLE, on('i-1')), since],
    ['has been away for long', believed(UNREACHABLE, on('i-1')), last],
    ['answered before the restart of the operator', NOT_ASKED, since],
  ])('is built when it %s', (_, store, before) => {
    expect(storeFindings(store, before, INPUT)).toEqual([]);
  });

  test.each([
    ['was never reached', NOT_ASKED, undefined],
    ['stands on a new host, whatever the one before had answered', believed(UNREACHABLE, on('i-2')), since],
    [
      'waits for a host that comes back',
      believed({ is: 'unknown', why: 'w' }, { awaitsHost: true, host: 'i-1' }),
      since,
    ],
  ])('is not built when it %s', (_, store, before) => {
    expect(storeFindings(store, before, INPUT)).toMatchObject([{ part: 'Store', reason: 'Progressing' }]);
  });
});

test('a store that never answered in China is told with the registry that is hardly reached from there', () => {
  const inChina = { ...INPUT, place: { ...INPUT.place, partition: 'aws-cn' } };
  const words = (input: typeof INPUT) => storeFindings(NOT_ASKED, undefined, input)[0]?.message;
  expect(words(inChina)).toMatch(/public\.ecr\.aws: .*set store\.managed\.mongoImage/);
  expect(words(INPUT)).not.toContain('China');
  const elsewhere = inputOf({ store: { managed: { mongoImage: 'registry.cn/mongo:8.0' } } });
  expect(words({ ...elsewhere, place: inChina.place })).not.toContain('China');
});

describe('what the region lacks', () => {
  const problem = { reason: 'AccessDenied', message: 'the right is missing', terminal: false } as const;
  const ofAll = { part: 'Gateway', ...problem } as const;
  const ofNetwork = { part: 'Store', ...problem } as const;
  const ofAnother = { part: 'Gateway', path: '/nami/another', ...problem } as const;

  test('is told to those whose endpoint is not reached, and to them alone', () => {
    expect(endpointFindings(true, '/nami/orders', [ofAll])).toEqual([]);
    expect(endpointFindings(false, '/nami/orders', [ofAll])).toMatchObject([problem]);
    expect(endpointFindings(false, '/nami/orders', [ofAnother, ofNetwork])).toMatchObject([
      { reason: 'Progressing' },
    ]);
  });

  test('of the network is told to those that wait for it', () => {
    const waiting = applied(outcomeOf('SecurityGroup', 'host', { state: 'Blocked', waitsFor: 'network' }));
    expect(networkFindings(waiting, [ofAll, ofNetwork])).toMatchObject([{ part: 'Store', ...problem }]);
    expect(networkFindings(applied(), [ofNetwork])).toEqual([]);
  });
});
