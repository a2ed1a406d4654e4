import type { Account } from '../account/account.ts';
import { RequeueAfter } from '../account/errors.ts';

/**
 * Seconds in which Lambda does not know a new role, nor EC2 a new instance profile, as a rule: who asks within them is
 * refused, at the cost of some calls.
 */
const UNKNOWN_SECONDS = 5;

const nameFor = (arn: string) => `new role ${arn}`;

/**
 * The role, or the instance profile, with this ARN was made just now. (IAM User Guide: "Changes that I make are not always
 * immediately visible".)
 */
export const noteNewRole = ({ inventory }: Account, arn: string): void =>
  inventory.note(nameFor(arn), UNKNOWN_SECONDS, [arn]);

/** Throws RequeueAfter while the service that is to take the role will hardly know it. */
export function requireKnownRole({ inventory, clock }: Account, arn: string): void {
  const madeAt = inventory.askedAt(nameFor(arn));
  if (madeAt === undefined) return;
  const seconds = UNKNOWN_SECONDS - (clock.now() - madeAt) / 1000;
  throw new RequeueAfter(seconds, 'a new role is not known everywhere yet');
}
