import { describe, expect, test } from 'vitest';
import { type ProbedFacts, probeAnswer, shortcomings, standstills } from '../../../src/process/probes.ts';

const WELL = { longestRunningSeconds: 60, standstillSeconds: 0, watchStandstillSeconds: 140 };
const LEASE = { standstillSeconds: 4, secondsSinceAnswer: 4, durationSeconds: 15 };
type Facts = Omit<ProbedFacts, 'clockSetBackSeconds'> & Partial<ProbedFacts>;
const of = (facts: Facts): ProbedFacts => ({ clockSetBackSeconds: 0, ...facts });

describe('an operator is alive', () => {
  test.each<[string, Facts]>([
    ['that starts', { phase: 'starts' }],
    ['that stands by', { phase: 'stands by', lease: LEASE }],
    ['that works', { phase: 'works', lease: LEASE, work: WELL }],
    [
      'whose API server has been away for hours',
      { phase: 'works', lease: { ...LEASE, secondsSinceAnswer: 9999 }, work: WELL },
    ],
  ])('%s', (_, facts) => expect(standstills(of(facts))).toEqual([]));

  test.each<[string, Facts, string]>([
    [
      'when a look hangs',
      { phase: 'works', work: { ...WELL, longestRunningSeconds: 1801 } },
      'a look has not come to an end for 1801 s',
    ],
    [
      'when its workers hang',
      { phase: 'works', work: { ...WELL, standstillSeconds: 901 } },
      'there is work, and no worker begins any for 901 s',
    ],
    [
      'when its watch hangs',
      { phase: 'works', work: { ...WELL, watchStandstillSeconds: 601 } },
      'the watch of pipelines stands still for 601 s',
    ],
    [
      'when its clock was set back',
      { phase: 'works', work: WELL, clockSetBackSeconds: 3600 },
      'the clock was set back, and nothing is due for 3600 s',
    ],
    [
      'when it asks for the lease no more',
      { phase: 'stands by', lease: { ...LEASE, standstillSeconds: 121 } },
      'the lease is not asked for for 121 s',
    ],
  ])('no more %s', (_, facts, words) => expect(standstills(of(facts))).toEqual([words]));
});

describe('an operator is ready', () => {
  test.each<[string, Facts, readonly string[]]>([
    ['not while it starts', { phase: 'starts' }, ['the operator starts']],
    ['not while it stops', { phase: 'stops', lease: LEASE, work: WELL }, ['the operator stops']],
    ['when it stands by', { phase: 'stands by', lease: LEASE }, []],
    [
      'not before it has seen the lease',
      { phase: 'stands by', lease: { ...LEASE, secondsSinceAnswer: undefined } },
      ['the lease has not been seen yet'],
    ],
    [
      'not when it has not seen the lease for long',
      { phase: 'stands by', lease: { ...LEASE, secondsSinceAnswer: 16 } },
      ['the lease has not been seen for 16 s'],
    ],
    ['when it works without an election', { phase: 'works', work: WELL }, []],
  ])('%s', (_, facts, complaints) => expect(shortcomings(of(facts))).toEqual(complaints));
});

test('a probe is told what is wrong', () => {
  expect(probeAnswer([])).toEqual({ status: 200, body: 'ok\n' });
  expect(probeAnswer(['one', 'two'])).toEqual({ status: 503, body: 'one\ntwo\n' });
});
