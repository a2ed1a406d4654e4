import { microTime } from '../micro-time.ts';
import type { LeaseSpec } from './lease.ts';

/** Pure: from a lease as it was seen to what is done about it. */

/** A lease as it stands, and since when it has stood so by the clock of whoever looks: never by its holder's. */
export interface Observed {
  readonly spec: LeaseSpec;
  /** Monotonic milliseconds. */
  readonly since: number;
}

export type Decision =
  /** It is ours: say so again. */
  | { readonly is: 'renew' }
  /** Nobody holds it, or its holder has not been heard of for its whole duration. */
  | { readonly is: 'acquire' }
  /** Another holds it, and may until `until` (monotonic milliseconds). */
  | { readonly is: 'wait'; readonly holder: string; readonly until: number };

/** What was observed, after a look that showed `spec`: a change is a sign of life, whatever it says. */
export function observe(before: Observed | undefined, spec: LeaseSpec, now: number): Observed {
  const isSame = before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec);
  return isSame ? before : { spec, since: now };
}

export function decide({ spec, since }: Observed, identity: string, now: number): Decision {
  const { holderIdentity: holder = '', leaseDurationSeconds = 0 } = spec;
  if (holder === identity) return { is: 'renew' };
  const until = since + leaseDurationSeconds * 1000;
  return holder === '' || now >= until ? { is: 'acquire' } : { is: 'wait', holder, until };
}

/** The lease as its holder writes it. `now`: milliseconds since the epoch. */
export function held(
  before: LeaseSpec | undefined,
  identity: string,
  durationSeconds: number,
  now: number,
): LeaseSpec {
  const isRenewed = before?.holderIdentity === identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: durationSeconds,
    acquireTime: (isRenewed ? before.acquireTime : undefined) ?? microTime(now),
    renewTime: microTime(now),
    leaseTransitions: before && !isRenewed ? transitions + 1 : transitions,
  };
}

/** The lease as whoever held it gives it up: the next may take it at once. */
export function released({ leaseTransitions = 0 }: LeaseSpec, now: number): LeaseSpec {
  const time = microTime(now);
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: time,
    renewTime: time,
    leaseTransitions,
  };
}
