/**
 * How long things take in AWS, in seconds. Where AWS says no figure it is one that is often seen; a test that needs
 * another gives it to `simulate`.
 */
export const TIMES = {
  /** A call there and back: the least, and what chance adds. */
  callAtLeast: 0.02,
  callAtMost: 0.08,
  /** What the SDK waits before it repeats a call; doubled with each attempt. (AWS SDKs: standard retry mode.) */
  retryPause: 0.1,

  /** Until a VPC or a subnet is available. */
  networkPending: 0.5,
  instancePending: 10,
  instanceShuttingDown: 20,
  instanceStopping: 15,
  /** For so long a terminated instance is listed. (EC2: "Terminate Amazon EC2 instances": a short while, about an hour.) */
  instanceListed: 3600,
  /** For so long after its end the token of an instance is remembered. (EC2: "Ensuring idempotency": at least a day.) */
  instanceTokenKept: 24 * 3600,
  /** From running until the database answers: the image is pulled, the volume mounted. */
  databaseStart: 30,
  volumeCreating: 2,
  volumeAttaching: 2,
  /** Until a changed volume shows what it was changed to, and until it can change again. (EBS: "Monitor the progress of volume modifications".) */
  volumeModifying: 3,
  volumeOptimizing: 300,
  /** Within so much time a volume takes four changes. (Amazon EC2 API: ModifyVolume.) */
  volumeChanges: 24 * 3600,

  /** Until a snapshot is complete. */
  snapshotPending: 120,
  /** Between two snapshots of one volume. (Amazon EBS: "Quotas", SnapshotCreationPerVolumeRateExceeded.) */
  snapshotPause: 15,

  /** Until Lambda can take a role, and sees what its policy allows. (IAM: eventual consistency.) */
  roleKnown: 7,
  /** Until EC2 knows an instance profile. */
  profileKnown: 5,

  functionPending: 2,
  functionUpdating: 2,
  versionPending: 1,
  mappingCreating: 5,
  mappingUpdating: 3,
  mappingDeleting: 5,
  /** Until provisioned environments are ready. */
  provisioning: 30,
  /** Until the interfaces of a function are gone after it. (Lambda: "up to 20 minutes"; less where a test must not wait.) */
  interfacesGone: 30,
  /** What the post-queue function takes to find that its store does not answer. */
  storeTimeout: 3,

  /** For so long the name of a deleted queue can't be taken. (SQS API: CreateQueue, QueueDeletedRecently.) */
  queueDeletedRecently: 60,
  /** Until a domain name has its certificate. */
  domainName: 20,
  /** What a write to a REST API takes, where `oneWriteAtATime` is on: others are refused meanwhile. */
  gatewayWrite: 0.3,
};

export type Times = Readonly<Record<keyof typeof TIMES, number>>;

/** For runs that are many: the same things happen in the same order, and nobody waits long. */
export const BRISK: Partial<Times> = {
  instancePending: 2,
  instanceShuttingDown: 3,
  databaseStart: 4,
  volumeCreating: 0.5,
  volumeAttaching: 0.5,
  roleKnown: 1,
  profileKnown: 1,
  functionPending: 0.5,
  functionUpdating: 0.5,
  versionPending: 0.2,
  mappingCreating: 1,
  mappingUpdating: 1,
  mappingDeleting: 1,
  interfacesGone: 3,
  domainName: 1,
};
