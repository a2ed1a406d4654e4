import { afterAll, expect } from 'vitest';
import { accessLog } from '../iam/access-log.ts';
import { operatorPolicy, refusals } from '../iam/policies.ts';

// After every file of simulations: nothing that any operator in it called is refused by its IAM policy.
afterAll(async () => {
  expect(await refusals(accessLog.asked, operatorPolicy())).toEqual([]);
}, 120_000);
