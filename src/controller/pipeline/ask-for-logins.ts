import type { PostQueueProbe, ProbeEvent, StoreProbe } from '../../../handlers/contract.ts';
import type { Account } from '../../aws/account/account.ts';
import { BackoffError } from '../../aws/account/errors.ts';
import { probe } from '../../aws/calls/probe.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { ALIAS, functionName } from '../../plan/identity.ts';
import type { PartRemark } from '../report/conditions.ts';

/** The answer of a store that was reached. */
export interface LoginsAnswer {
  readonly probe: PostQueueProbe;
  readonly store: StoreProbe & { readonly reachable: true };
}

/** Has the post-queue function, which alone reaches the store, add a login or drop some. Throws where the store is not reached. */
export async function askForLogins(
  account: Account,
  owner: Owner,
  more: Pick<ProbeEvent, 'addLogin' | 'dropLoginsBefore'>,
): Promise<LoginsAnswer> {
  const answer = await probe(account, functionName(owner, 'post-queue'), ALIAS, more);
  if (answer.nami !== 'post-queue') throw loginsRefused(`the answer is of ${answer.nami}`);
  const { store } = answer;
  if (!store.reachable) throw loginsRefused(store.error);
  return { probe: answer, store };
}

export const loginsRefused = (why: string) => new BackoffError('RotationWaits', why);

export const loginsRemark = (message: string): PartRemark => ({
  part: 'Store',
  reason: 'RotationWaits',
  message,
});
