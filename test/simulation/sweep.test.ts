import { beforeAll, describe, expect, test } from 'vitest';
import { crashes } from './sweep/crash.ts';
import { fieldCrashes } from './sweep/field.ts';
import { type Album, album } from './sweep/life.ts';
import { BY_SEED } from './sweep/phases.ts';
import { storeCrashes } from './sweep/store.ts';
import { isGood } from './sweep/verdict.ts';

/** A part of what `npm run faults` does: of the crashes, and of the seeds of each phase. */

const EVERY = 40;
const SEEDS = [1, 2, 3, 4];

let expected: Album;
beforeAll(async () => {
  expected = await album();
});

test('a life comes to the same, wherever the operator is killed', async () => {
  const some = (await crashes(EVERY)).filter((_, index) => index % EVERY === 0);
  expect(some.length).toBeGreaterThan(10);
  for (const scenario of some) {
    const verdict = await scenario.run(expected);
    if (!isGood(verdict)) expect.fail(`${scenario.id} (${scenario.words}): ${JSON.stringify(verdict)}`);
  }
});

test('one field changes to the same account, wherever the operator is killed', async () => {
  const some = (await fieldCrashes(40)).filter((_, index) => index % 8 === 0);
  expect(some.length).toBeGreaterThan(8);
  for (const scenario of some) {
    const verdict = await scenario.run(expected);
    if (!isGood(verdict)) expect.fail(`${scenario.id} (${scenario.words}): ${JSON.stringify(verdict)}`);
  }
});

test('a store comes to the same credentials and events, wherever the operator is killed', async () => {
  const some = await storeCrashes(60);
  expect(some.length).toBeGreaterThan(8);
  for (const scenario of some) {
    const verdict = await scenario.run(expected);
    if (!isGood(verdict)) expect.fail(`${scenario.id} (${scenario.words}): ${JSON.stringify(verdict)}`);
  }
});

describe('a life comes to the same, whatever is thrown:', () => {
  test.each(
    Object.entries(BY_SEED).flatMap(([phase, scenarioOf]) =>
      SEEDS.map((seed) => [phase, scenarioOf(seed)] as const),
    ),
  )('%s', async (_, scenario) => {
    const verdict = await scenario.run(expected);
    if (!isGood(verdict)) expect.fail(`${scenario.id} (${scenario.words}): ${JSON.stringify(verdict)}`);
  });
});
