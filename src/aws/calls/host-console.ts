import { GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { codeOf } from '../account/errors.ts';

/** What a machine has said on its console, as far as EC2 kept it: the last 64 KiB. (EC2: GetConsoleOutput.) */
export async function consoleOf(account: Account, instanceId: string): Promise<string> {
  const { Output = '' } = await latest(account, instanceId);
  return Buffer.from(Output, 'base64').toString();
}

/** Machines on Xen tell nothing newer than what they said some minutes after they started. */
async function latest({ ec2 }: Account, InstanceId: string) {
  try {
    return await ec2.send(new GetConsoleOutputCommand({ InstanceId, Latest: true }));
  } catch (error) {
    if (codeOf(error) !== 'UnsupportedOperation') throw error;
    return await ec2.send(new GetConsoleOutputCommand({ InstanceId }));
  }
}
