import { expect, test } from 'vitest';
import { noteNewRole, requireKnownRole } from '../../../../src/aws/calls/new-role.ts';
import { scripted } from '../kinds/scripted-account.ts';

test.each([
  ['Lambda', 8],
  ['EC2', 6],
] as const)(
  '%s is told of a new role once it may know it, and of any other at once',
  async (taker, seconds) => {
    const { account, clock } = scripted({});
    noteNewRole(account, 'arn:new');
    expect(() => requireKnownRole(account, 'arn:old', taker)).not.toThrow();
    await clock.advance(2_000);
    expect(() => requireKnownRole(account, 'arn:new', taker)).toThrow(
      expect.objectContaining({ name: 'RequeueAfter', seconds: seconds - 2 }),
    );
    await clock.advance((seconds - 2) * 1000);
    expect(() => requireKnownRole(account, 'arn:new', taker)).not.toThrow();
  },
);
