import { expect, test } from 'vitest';
import { noteNewRole, requireKnownRole } from '../../../../src/aws/calls/new-role.ts';
import { scripted } from '../kinds/scripted-account.ts';

test('a service is told of a new role once it may know it, and of any other at once', async () => {
  const { account, clock } = scripted({});
  noteNewRole(account, 'arn:new');
  expect(() => requireKnownRole(account, 'arn:old')).not.toThrow();
  await clock.advance(2_000);
  expect(() => requireKnownRole(account, 'arn:new')).toThrow(
    expect.objectContaining({ name: 'RequeueAfter', seconds: 3 }),
  );
  await clock.advance(3_000);
  expect(() => requireKnownRole(account, 'arn:new')).not.toThrow();
});
