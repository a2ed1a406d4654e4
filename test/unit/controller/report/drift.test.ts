import { describe, expect, test } from 'vitest';
import type { NodeOutcome } from '../../../../src/aws/graph/apply.ts';
import { rfc3339 } from '../../../../src/clock.ts';
import { driftNote, driftsAmong, type Rested, restedBy } from '../../../../src/controller/report/drift.ts';
import { outcomeOf, pipeline } from '../pipelines.ts';

const mapping = (more: Partial<NodeOutcome>) =>
  outcomeOf('EventSourceMapping', 'mapping', { as: 'a', ...more });
const RESYNC = 600_000;
const UPDATED = ['updated batchSize'];

/** The drifts that each of several looks, one after the other, comes upon. */
const driftsOf = (rested: Rested, ...looks: (readonly NodeOutcome[])[]) =>
  looks.map((nodes, index) => driftsAmong(rested, nodes, index * RESYNC, 1).map(({ done }) => done.join()));

describe('drift is', () => {
  test.each<[string, (readonly NodeOutcome[])[], string[]]>([
    [
      'what is done for what was ready and is wanted as it was',
      [[mapping({})], [mapping({ done: UPDATED })]],
      UPDATED,
    ],
    [
      'told once while it is put right',
      [[mapping({})], [mapping({ done: UPDATED, state: 'Pending' })], [mapping({ done: UPDATED })]],
      [],
    ],
    [
      'told again when it comes again',
      [[mapping({})], [mapping({ done: UPDATED })], [mapping({ done: UPDATED })]],
      UPDATED,
    ],
    [
      'told of what had to wait for others',
      [[mapping({})], [mapping({ state: 'Blocked' })], [mapping({ done: ['created'] })]],
      ['created'],
    ],
  ])('%s', (_, looks, last) => {
    expect(driftsOf(new Map(), ...looks).at(-1)).toEqual(last);
  });
});

describe('no drift is', () => {
  test.each<[string, (readonly NodeOutcome[])[]]>([
    ['what is made for the first time', [[mapping({ done: ['created'] })]]],
    ['what is wanted otherwise than before', [[mapping({})], [mapping({ as: 'b', done: UPDATED })]]],
    ['what was not wanted meanwhile', [[mapping({})], [], [mapping({ done: ['created'] })]]],
    ['what never was ready', [[mapping({ state: 'Pending' })], [mapping({ done: UPDATED })]]],
  ])('%s', (_, looks) => {
    expect(driftsOf(new Map(), ...looks).at(-1)).toEqual([]);
  });
});

test('what an early look took for right, and was what stood before the operator’s own change, is no drift later', () => {
  const rested: Rested = new Map();
  driftsAmong(rested, [mapping({ done: UPDATED })], 0);
  // The look reads what was there before the change, and that is just what is wanted now.
  driftsAmong(rested, [mapping({ as: 'b' })], 9_000);
  expect(driftsAmong(rested, [mapping({ as: 'b', done: UPDATED })], RESYNC)).toEqual([]);
  expect(driftsAmong(rested, [mapping({ as: 'b', done: UPDATED })], 2 * RESYNC)).toHaveLength(1);
});

test('a look that comes too early after a change of the operator itself shows no drift', () => {
  const rested: Rested = new Map();
  driftsAmong(rested, [mapping({ done: ['created'] })], 0);
  expect(driftsAmong(rested, [mapping({ done: UPDATED })], 60_000)).toEqual([]);
  expect(driftsAmong(rested, [mapping({ done: UPDATED })], 240_000)).toHaveLength(1);
});

describe('by the status alone', () => {
  const known = (generation: number, annotations: Record<string, string> = {}) => {
    const found = pipeline('orders', {
      status: {
        observedGeneration: generation,
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'Ready',
            message: '',
            observedGeneration: generation,
            lastTransitionTime: rfc3339(-RESYNC),
          },
        ],
        objects: [
          { kind: 'EventSourceMapping', name: 'mapping', state: 'Ready' },
          { kind: 'Instance', name: 'host', state: 'Ready' },
          { kind: 'Queue', name: 'queue', state: 'Failed' },
        ],
      },
    });
    return restedBy({ ...found, metadata: { ...found.metadata, generation: 1, annotations } });
  };
  const host = outcomeOf('Instance', 'host', { as: 'a', done: ['created'] });

  test('what is gone is told, what differs is not: it may be wanted otherwise by now', () => {
    expect(driftsOf(known(1), [mapping({ done: ['created'] })])).toEqual([['created']]);
    expect(driftsOf(known(1), [mapping({ done: UPDATED })])).toEqual([[]]);
  });

  test('nothing is told of another spec, and of what was not ready', () => {
    expect(driftsOf(known(0), [mapping({ done: ['created'] })])).toEqual([[]]);
    expect(driftsOf(known(1), [outcomeOf('Queue', 'queue', { done: ['created'] })])).toEqual([[]]);
  });

  test('what an earlier process may have changed for a spec that shows only now is not told', () => {
    expect(driftsAmong(known(1), [mapping({ done: ['created'] })], RESYNC, 2)).toEqual([]);
  });

  test('what is made anew for another wish than the first look found is not told', () => {
    const rested = known(1);
    const soon = -RESYNC + 60_000;
    expect(driftsAmong(rested, [mapping({})], soon, 1)).toEqual([]);
    expect(driftsAmong(rested, [mapping({ as: 'b', done: ['created'] })], RESYNC, 1)).toEqual([]);
  });

  test('a host that is gone is not told while its replacement is asked for', () => {
    expect(driftsOf(known(1), [host])).toEqual([['created']]);
    expect(driftsOf(known(1, { 'nami.dev/replace-host': 'i-1' }), [host])).toEqual([[]]);
  });
});

test('an Event names what is gone, and the fields of what differs', () => {
  const gone = outcomeOf('Queue', 'queue', { done: ['created'] });
  expect(driftNote({ nodes: [gone, mapping({ done: ['tagged team', 'updated batchSize'] })] })).toMatchObject(
    {
      type: 'Warning',
      reason: 'Drifted',
      message: expect.stringContaining(
        'Queue queue was gone and is made again; EventSourceMapping mapping tagged team, updated batchSize',
      ),
    },
  );
});
