import { afterAll, expect } from 'vitest';
import { accessLog } from '../iam/access-log.ts';
import { operatorPolicy, refusals } from '../iam/policies.ts';
import { misfits } from './aws/models/model.ts';

// After every file of simulations: nothing that any operator in it called is refused by its IAM policy, or by AWS's own model
// of the service.
afterAll(async () => {
  expect([...misfits]).toEqual([]);
  expect(await refusals(accessLog.asked, operatorPolicy())).toEqual([]);
}, 120_000);
