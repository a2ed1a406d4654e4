import type { AwsCall, AwsResponse } from '../aws-request.ts';

/** What the emulators lack of one AWS behaviour, for the calls that it concerns. */
export interface StandIn {
  /** As IAM writes actions: "ec2:RunInstances". "every": whatever is called. */
  readonly calls: readonly string[] | 'every';
  /** The AWS page that it follows. */
  readonly follows: string;
  /** `next` hands the call on: to the next stand-in that it concerns, then to the emulator; again at each call of it. */
  answer(call: AwsCall, next: () => Promise<AwsResponse>): Promise<AwsResponse>;
}

/** What real AWS does and what would slow most tests down: off until a test asks for it, singly or as {@link AS_REAL}. */
export interface RealisticBehaviour {
  /** How long a deleted queue's name can't be used again; AWS: 60. */
  queueDeletedRecentlySeconds: number;
  /** How long after its creation a role, or the instance profile it is in, can't be used; AWS: some seconds. */
  roleNotAssumableMilliseconds: number;
  /** How long provisioned concurrency is being allocated; AWS: a minute or two. */
  provisioningMilliseconds: number;
  /** How far the lists of a service lag behind its changes; AWS: some seconds. */
  listLagMilliseconds: number;
  /** How long a change of a REST API is under way, during which it takes no other; 0: it takes any number at a time. */
  restApiChangeMilliseconds: number;
  /** How long a client token is remembered; AWS: a day at least. Always on, since it takes no time. */
  tokensRememberedSeconds: number;
}

const DAY = 86_400;

export const DEFAULT_BEHAVIOUR: RealisticBehaviour = {
  queueDeletedRecentlySeconds: 0,
  roleNotAssumableMilliseconds: 0,
  provisioningMilliseconds: 0,
  listLagMilliseconds: 0,
  restApiChangeMilliseconds: 0,
  tokensRememberedSeconds: DAY,
};

/** AWS as it is on a bad day, all at once: `Object.assign(proxy.behaviour, AS_REAL)`. Lost answers are faults to inject. */
export const AS_REAL: RealisticBehaviour = {
  queueDeletedRecentlySeconds: 60,
  roleNotAssumableMilliseconds: 4_000,
  provisioningMilliseconds: 5_000,
  listLagMilliseconds: 5_000,
  restApiChangeMilliseconds: 200,
  tokensRememberedSeconds: DAY,
};
