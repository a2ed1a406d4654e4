import type { AwsCall, AwsResponse } from '../aws-request.ts';

/** What the emulators lack of one AWS behaviour, for the calls that it concerns. */
export interface StandIn {
  /** As IAM writes actions: "ec2:RunInstances". */
  readonly calls: readonly string[];
  /** The AWS page that it follows. */
  readonly follows: string;
  /** `next` hands the call on: to the next stand-in that it concerns, then to the emulator. */
  answer(call: AwsCall, next: () => Promise<AwsResponse>): Promise<AwsResponse>;
}

/** What real AWS does and what would slow most tests down: off until a test asks for it. */
export interface RealisticBehaviour {
  /** How long a deleted queue's name can't be used again; AWS: 60. */
  queueDeletedRecentlySeconds: number;
  /** How long after its creation a role, or the instance profile it is in, can't be used; AWS: some seconds. */
  roleNotAssumableMilliseconds: number;
  /** How long provisioned concurrency is being allocated; AWS: a minute or two. */
  provisioningMilliseconds: number;
}

export const DEFAULT_BEHAVIOUR: RealisticBehaviour = {
  queueDeletedRecentlySeconds: 0,
  roleNotAssumableMilliseconds: 0,
  provisioningMilliseconds: 0,
};
