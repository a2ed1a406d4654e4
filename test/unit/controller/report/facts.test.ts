import { expect, test } from 'vitest';
import { pipelineFacts } from '../../../../src/controller/report/facts.ts';
import { believed, pipeline, reachable, UNREACHABLE } from '../pipelines.ts';

const disk = { totalBytes: 8e9, usedBytes: 1e9 };
const answered = believed(reachable(0, { store: { reachable: true, documents: 12, disk } }));

test('what was seen last counts before what the status says', () => {
  const orders = pipeline('orders', {
    status: { observedGeneration: 1, queue: { depth: 1, deadLetters: 1 } },
  });
  const { name, namespace } = orders.metadata;
  expect(pipelineFacts(orders, undefined)).toEqual({
    namespace,
    name,
    conditions: [],
    queue: { depth: 1, deadLetters: 1 },
    documents: undefined,
    disk: undefined,
  });
  expect(pipelineFacts(orders, { queue: { depth: 5, deadLetters: 0 }, store: answered })).toMatchObject({
    queue: { depth: 5, deadLetters: 0 },
    documents: 12,
    disk,
  });
});

test('nothing is said of a store that does not answer', () => {
  expect(pipelineFacts(pipeline('orders', {}), { store: believed(UNREACHABLE) })).toMatchObject({
    documents: undefined,
    disk: undefined,
  });
});
