import { expect, test } from 'vitest';
import { goalCells, goalsOf } from '../../../../bench/handlers/goals.ts';

const verdicts = (ours: number, sdk: number, post: number) =>
  goalsOf({ cpuMilliseconds: ours }, { cpuMilliseconds: sdk }, { cpuMilliseconds: post }).map(
    (goal) => goalCells(goal)[3],
  );

test('a goal that is reached to the last digit is met, and one beyond it is missed', () => {
  expect(verdicts(0.65, 1.8 * 0.65, 0.2)).toEqual(['met', 'met', 'met']);
  expect(verdicts(0.651, 1.799 * 0.651, 0.201)).toEqual(['missed', 'missed', 'missed']);
});

test('a figure stands beside what it is to be', () => {
  expect(
    goalsOf({ cpuMilliseconds: 0.5 }, { cpuMilliseconds: 1 }, { cpuMilliseconds: 0.3 }).map(goalCells),
  ).toEqual([
    ['pre-queue, CPU a request', '0.50 ms', 'at most 0.65 ms', 'met'],
    ["pre-queue, the SDK's CPU by ours", '2.00 x', 'at least 1.80 x', 'met'],
    ['post-queue, CPU an event in batches of ten', '0.30 ms', 'at most 0.20 ms', 'missed'],
  ]);
});
