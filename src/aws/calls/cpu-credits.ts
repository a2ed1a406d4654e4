import { ModifyInstanceCreditSpecificationCommand } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';

/** What a burstable instance does without CPU credits: it slows down, or it goes on and AWS bills what it takes. */
export type CpuCredits = 'standard' | 'unlimited';

/** Families that have credits; of all but t2 AWS's own default is unlimited. (Amazon EC2: burstable performance instances.) */
const BURSTABLE = new Set(['t2', 't3', 't3a', 't4g']);

export const isBurstable = (instanceType: string): boolean => BURSTABLE.has(instanceType.split('.')[0] ?? '');

/** Changes it while the instance runs. */
export async function setCpuCredits(account: Account, id: string, credits: CpuCredits): Promise<void> {
  const { UnsuccessfulInstanceCreditSpecifications: refused } = await account.ec2.send(
    new ModifyInstanceCreditSpecificationCommand({
      InstanceCreditSpecifications: [{ InstanceId: id, CpuCredits: credits }],
    }),
  );
  // AWS answers with success, whatever came of it.
  const [first] = refused ?? [];
  if (first) throw new Error(`the CPU credits of ${id} can't be ${credits}: ${first.Error?.Message}`);
}
