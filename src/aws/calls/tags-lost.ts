import type { Account } from '../account/account.ts';
import { TerminalError } from '../account/errors.ts';
import { type Owner, TAGS } from '../object/owner.ts';
import { tagCommand } from '../wire/ec2-tags.ts';

/**
 * A part of the shared network is in use and is not tagged as ours any more: another in its place would part the
 * pipelines from each other. `what` as in "VPC"; `object` is the value of its tag `nami.dev/object`.
 */
export function networkTagsLost(
  account: Account,
  owner: Owner,
  what: string,
  id: string,
  object: string,
): TerminalError {
  const command = tagCommand(account, id, { ...owner.identity, [TAGS.object]: object });
  return new TerminalError(
    'NetworkTagsLost',
    `the ${what} ${id} of the shared network has lost its tags, and pipelines use it: put them back with: ${command}`,
  );
}
