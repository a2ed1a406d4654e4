import type { Account } from '../account/account.ts';
import { RequeueAfter } from '../account/errors.ts';

/** Seconds in which Lambda does not know a new role as a rule: who asks within them is refused, at the cost of a call. */
const UNKNOWN_SECONDS = 5;

const nameFor = (arn: string) => `new role ${arn}`;

/** The role with this ARN was made just now. (IAM User Guide: "Changes that I make are not always immediately visible".) */
export const noteNewRole = ({ inventory }: Account, arn: string): void =>
  inventory.note(nameFor(arn), UNKNOWN_SECONDS, [arn]);

/** Throws RequeueAfter while Lambda will hardly know the role. */
export function requireKnownRole({ inventory, clock }: Account, arn: string): void {
  const madeAt = inventory.askedAt(nameFor(arn));
  if (madeAt === undefined) return;
  const seconds = UNKNOWN_SECONDS - (clock.now() - madeAt) / 1000;
  throw new RequeueAfter(seconds, 'a new role is not known to Lambda yet');
}
