import type { Account } from '../account/account.ts';
import { RequeueAfter } from '../account/errors.ts';

/**
 * Seconds in which a service does not know a new role, or the profile that hands it to an instance, as a rule: who asks
 * within them is refused, at the cost of several calls.
 */
const UNKNOWN_SECONDS = { Lambda: 8, EC2: 6 } as const;

/** What is handed a role. */
type Taker = keyof typeof UNKNOWN_SECONDS;

const LONGEST = Math.max(...Object.values(UNKNOWN_SECONDS));

const nameFor = (arn: string) => `new role ${arn}`;

/**
 * The role, or the instance profile, with this ARN was made just now. (IAM User Guide: "Changes that I make are not always
 * immediately visible".)
 */
export const noteNewRole = ({ inventory }: Account, arn: string): void =>
  inventory.note(nameFor(arn), LONGEST, [arn]);

/** Throws RequeueAfter while the service that is to take it will hardly know it. */
export function requireKnownRole({ inventory, clock }: Account, arn: string, taker: Taker): void {
  const madeAt = inventory.askedAt(nameFor(arn));
  if (madeAt === undefined) return;
  const seconds = UNKNOWN_SECONDS[taker] - (clock.now() - madeAt) / 1000;
  if (seconds > 0) throw new RequeueAfter(seconds, `a new role is not known to ${taker} yet`);
}
