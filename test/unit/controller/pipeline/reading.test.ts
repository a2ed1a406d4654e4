import { expect, test } from 'vitest';
import { isToBeRead } from '../../../../src/controller/pipeline/reading.ts';
import { NOT_ASKED } from '../../../../src/controller/pipeline/store-belief.ts';
import { believed, pipeline, reachable, UNREACHABLE } from '../pipelines.ts';

test.each([
  ['answers', believed(reachable()), true],
  ['is away', believed(UNREACHABLE), false],
  ['was not asked yet', NOT_ASKED, undefined],
])('the queue of a store that %s is read as that allows, unless it is paused', (_, store, read) => {
  expect(isToBeRead(pipeline('orders'), store)).toBe(read);
  expect(isToBeRead(pipeline('orders', { spec: { postQueue: { paused: false } } }), store)).toBe(read);
  expect(isToBeRead(pipeline('orders', { spec: { postQueue: { paused: true } } }), store)).toBe(false);
});
