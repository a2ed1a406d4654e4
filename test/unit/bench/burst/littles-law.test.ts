import { expect, test } from 'vitest';
import { provisionedFor } from '../../../../bench/burst/littles-law.ts';

test.each([
  ['rate times service time, and a tenth', 1000, 0.1, 110],
  ['rounded up', 270, 0.02, 6],
  ['one at least', 1, 0.001, 1],
])('provisioned concurrency by Little’s law: %s', (_, rate, seconds, environments) => {
  expect(provisionedFor(rate, seconds)).toBe(environments);
});
