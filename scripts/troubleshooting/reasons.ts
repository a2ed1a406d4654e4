import type { GoesOn, OnItsWay, UserMustAct, Well } from '../../src/reason.ts';

/** What docs/status.md says of each reason. A reason of the code that is missing here does not compile. */
export interface Explanation {
  readonly means: string;
  /** What the user does about it. */
  readonly remedy: string;
}

const REFERENCE: Explanation = {
  means: 'a Secret or ConfigMap that the spec names is missing, lacks the key or holds nothing usable',
  remedy: 'make it as the message says; it is asked for again soon at first, then once a minute',
};
const FORBIDDEN: Explanation = {
  means: 'the operator may not read it, or write the connection Secret, in this namespace',
  remedy:
    'add the namespace to `operator.watchNamespaces`, or grant the operator there what the message says',
};
const UNUSABLE: Explanation = {
  means: "the spec, what it brings along or own code can't work",
  remedy: 'change what the message names; what ran before goes on meanwhile',
};
const CHANGED: Explanation = {
  means: 'the spec names another region or path than the pipeline has, which senders hold',
  remedy: 'set it back, or make a new pipeline',
};
const TAKEN: Explanation = {
  means: 'another pipeline, or what one left in AWS, has the path',
  remedy: 'make this pipeline anew with another `spec.endpoint.path`, or free the path',
};
const TAGS_LOST: Explanation = {
  means: 'somebody took the tags off the volume with the events, or off its host. Neither is replaced',
  remedy: 'put the tags back with the command in the message',
};
const NO_SUCH_HOST: Explanation = {
  means: "the host that the spec asks for can't be. The running one goes on",
  remedy: 'choose another type or image; MongoDB goes up one major version at a time, and never back',
};
const NOT_OURS: Explanation = {
  means:
    "something of that name exists in AWS and belongs to somebody else, or to a pipeline in an earlier namespace of this name, or it is the region's gateway and somebody took its tags off",
  remedy:
    'remove it, tag it `nami.dev/adoptable-by`, annotate the pipeline with `nami.dev/take-over: "true"`, or put the tags back, as the message says',
};
const DOMAIN_TAKEN: Explanation = {
  means:
    "of `GatewayReady`, which is True: a base path or a DNS record of the operator's domain name leads elsewhere, and is left alone. The endpoint is reached by the gateway's own address",
  remedy: 'remove it or change the setting, as the message says ([`docs/domains.md`](domains.md))',
};
const CANT_BEGIN_WITH_IT: Explanation = {
  means:
    'what `volume.snapshotId` or `volume.volumeId` names is not there, of another account, broken, too large, in use or not encrypted. Nothing is made in its place',
  remedy: 'change what the message names ([`docs/restore.md`](restore.md))',
};
const EVENTS_LEFT: Explanation = {
  means: 'the pipeline is being deleted and events are left',
  remedy:
    'save or redrive them, mend what keeps them from being stored, or lose them: `nami.dev/discard-events: "true"`',
};

export const USER_MUST_ACT: Readonly<Record<UserMustAct, Explanation>> = {
  SecretInvalid: REFERENCE,
  ConfigMapInvalid: REFERENCE,
  SecretForbidden: FORBIDDEN,
  ConfigMapForbidden: FORBIDDEN,
  ConnectionSecretTaken: {
    means:
      'of `StoreReady`: a Secret of that name is there and is not the pipeline’s. It is left alone, and events are stored as before',
    remedy: 'name another in `spec.store.connectionSecret.name`, or delete it',
  },
  SpecInvalid: UNUSABLE,
  EnvironmentTooLarge: UNUSABLE,
  SettingsInvalid: UNUSABLE,
  CodeInvalid: UNUSABLE,
  RegionChanged: CHANGED,
  PathChanged: CHANGED,
  SubnetNotFound: {
    means: 'a subnet of `spec.network` is not in its VPC',
    remedy: 'correct `spec.network`',
  },
  S3ObjectInvalid: {
    means: "the object that holds own code can't be read, or is too large",
    remedy: 'put it there, or grant the operator to read it',
  },
  NotAllowed: {
    means: "the operator's settings don't grant it",
    remedy: "ask for less, or have the chart's value changed that the message names",
  },
  TagsInvalid: {
    means: '`spec.tags` and `operator.tags` are more than AWS takes, or hold one key in two spellings',
    remedy: 'take some out of `spec.tags`',
  },
  PathConflict: TAKEN,
  PathTaken: TAKEN,
  VolumeTagsLost: TAGS_LOST,
  HostTagsLost: TAGS_LOST,
  NetworkTagsLost: {
    means:
      "somebody took the tags off a part of the region's shared network that pipelines use. No second one is made; who needs it waits, the others go on",
    remedy: 'put the tags back with the command in the message',
  },
  VolumeGone: {
    means: 'the volume that the status names is not there any more',
    remedy:
      'give it up by `nami.dev/replace-volume: <its id>`: for one from the snapshot that `volume.snapshotId` names, or without that for an empty one ([`docs/restore.md`](restore.md))',
  },
  SnapshotInvalid: CANT_BEGIN_WITH_IT,
  VolumeInvalid: CANT_BEGIN_WITH_IT,
  VolumeNotReplaced: {
    means:
      '`volume.snapshotId` or `volume.volumeId` names something else than the volume began with. The store goes on with that',
    remedy:
      'take it out, or give the events up that are there: `nami.dev/replace-volume: <id of the volume>`',
  },
  StorePasswordLost: {
    means:
      "the parameter with the store's password is gone, and so is the function that had it; or no tag of the snapshot or volume that is taken names it. None is made up: the database knows the old one alone",
    remedy: 'put it back, or name it, with the command in the message',
  },
  InstanceTypeNotFound: NO_SUCH_HOST,
  InstanceTypeNotOffered: NO_SUCH_HOST,
  ProcessorTooOld: NO_SUCH_HOST,
  MongoTooOld: NO_SUCH_HOST,
  ImageNotFound: NO_SUCH_HOST,
  ImageOfOtherArchitecture: NO_SUCH_HOST,
  MongoVersionStep: NO_SUCH_HOST,
  ZoneNotSupported: {
    means:
      "Lambda has no network interfaces in the zone of the pipeline's subnets, or of its volume, which may hold events: an empty one is moved by itself",
    remedy: 'name other subnets, or move the volume to another zone or give it up, as the message says',
  },
  VolumeInOtherZone: {
    means: "none of `spec.network.subnetIds` is in the volume's zone",
    remedy: 'add a subnet there',
  },
  NotOurs: NOT_OURS,
  OwnedByPredecessor: NOT_OURS,
  BasePathTaken: DOMAIN_TAKEN,
  RecordTaken: DOMAIN_TAKEN,
  DeadLettersLeft: EVENTS_LEFT,
  QueueNotEmpty: EVENTS_LEFT,
};

const AWS_AWAY: Explanation = {
  means: "AWS does not accept the operator's credentials, can't be reached, or asks for fewer calls",
  remedy: 'see to what the message names; of throttling, only if it lasts',
};
const AWS_REFUSES: Explanation = {
  means: 'AWS answers with an error that the operator does not know: the message holds it',
  remedy: 'what it says; it is tried again with growing pauses',
};
const NO_CONCURRENCY: Explanation = {
  means:
    'of `Healthy`: the account has no room for the concurrency that the spec asks for, or can not make it ready. The pipeline works without it',
  remedy: "ask for less, or have the account's limit raised; it is tried again by itself",
};
const HOST_WAITS: Explanation = {
  means:
    'of `StoreReady`, which is True: the host goes on as an earlier version of the operator launched it, or is replaced, as asked for, because its status checks fail or because AWS is going to end it, once the host of the region before it is ready',
  remedy: 'annotate the pipeline with `nami.dev/replace-host` when an interruption suits you, or wait',
};

export const GOES_ON: Readonly<Record<GoesOn, Explanation>> = {
  AccessDenied: {
    means:
      'the operator lacks a right in AWS, or in Kubernetes: the message names the action. It is logged once and tried again with growing pauses',
    remedy: 'grant it ([`deploy/iam`](../deploy/iam/README.md); in Kubernetes, as the chart does)',
  },
  DeniedByPolicy: {
    means:
      'a policy takes the right away: of the organisation, a permissions boundary, or an explicit deny; the message says which, and what it may ask for, such as tags',
    remedy: 'do as it asks, such as `operator.tags`, or have it changed',
  },
  CredentialsInvalid: AWS_AWAY,
  AWSUnreachable: AWS_AWAY,
  Throttled: AWS_AWAY,
  AWSError: AWS_REFUSES,
  DeletionFailed: AWS_REFUSES,
  Refused: AWS_REFUSES,
  InternalError: {
    means: 'a fault of the operator, whose log has its trace. It is tried again with growing pauses',
    remedy: 'report it with the trace',
  },
  EnvironmentUnreadable: {
    means: "the environment of a function can't be read, which is encrypted with a KMS key",
    remedy: 'see to the rights of the operator on that key',
  },
  MongoVersionWaits: {
    means:
      'the release of MongoDB that the spec asks for takes no data as old as the volume has (`status.store.featureVersion`). The running one goes on',
    remedy:
      'nothing: the operator brings the data to the release that runs once that has answered for an hour, and takes the step then',
  },
  NoCapacity: {
    means: 'AWS has no host of that type now. The queue keeps events meanwhile',
    remedy: 'wait, or name other types in `store.managed.fallbackInstanceTypes`',
  },
  HostDies: {
    means:
      'AWS ended several hosts soon after their launch: the message has its reason. The queue keeps events meanwhile',
    remedy: 'see to that reason, often a limit of the account or a KMS key',
  },
  FunctionFailed: {
    means:
      'Lambda could not make a function what it is to be: the message has its reason. It is asked again after a minute, then with growing pauses, and at once for another spec',
    remedy: 'see to that reason',
  },
  QueueUnseen: {
    means:
      "it can't be seen whether events are left in the queues of a pipeline that is being deleted: what can't be seen is not empty, so the deletion waits",
    remedy: 'see to what the message names, or lose the events: `nami.dev/discard-events: "true"`',
  },
  ReservationRefused: NO_CONCURRENCY,
  ProvisioningRefused: NO_CONCURRENCY,
  ProvisioningFailed: NO_CONCURRENCY,
  ConcurrencyRefused: NO_CONCURRENCY,
  HostOutdated: HOST_WAITS,
  HostReplacementWaits: HOST_WAITS,
  HostMaintenance: {
    means:
      'of `StoreReady`, which is True: AWS has scheduled a reboot or a maintenance of the host, after which it goes on. The queue keeps the events meanwhile',
    remedy:
      'nothing, or annotate the pipeline with `nami.dev/replace-host` before, when an interruption suits you',
  },
  RotationNotOurs: {
    means:
      'of `StoreReady`, which is True: the annotation `nami.dev/rotate-credentials` is on a pipeline with a store of your own',
    remedy: 'rotate them in your MongoDB and in the Secret that the spec names, and take the annotation off',
  },
  RotationWaits: {
    means:
      'of `StoreReady`, which is True: the credentials of the store are to be rotated, as asked for or for their age, or those from before a rotation are to be dropped, and that is tried again by itself. The present ones stay good',
    remedy:
      'what the message says; most often the store, or the function that writes to it, has to answer first',
  },
  ScheduleUnseen: {
    means:
      'of `StoreReady`, which is True: it can not be read what AWS has scheduled for the host, so that it is not replaced before AWS ends it, but after',
    remedy: 'see to what the message names, often a right that the policy of an earlier version lacks',
  },
  DomainTaken: {
    means: "of `GatewayReady`, which is True: another AWS account has the operator's domain name",
    remedy: 'have it removed there, or take it out of `operator.domains`',
  },
  StillMapped: {
    means: 'a domain name that is to go still has a base path that leads to another API',
    remedy: 'remove that mapping, if nothing needs it',
  },
  StoreUnreachable: {
    means:
      'of `Healthy`: the store failed to answer twice in a row. The queue is paused, keeps its events for 14 days whatever `queue.retentionSeconds` says, and resumes at the first answer',
    remedy:
      'what the message says: a name that DNS does not know, a server that does not listen, and a network without a way there are told apart',
  },
  HostStopped: {
    means:
      'of `Healthy`: the host was stopped, ended or replaced, and has not answered since. It is started, or made anew on the same volume and address, by itself. The queue is paused meanwhile, as above',
    remedy: 'wait for some minutes; `StoreReady` says what it waits for. Who stops hosts: exempt this one',
  },
  ProbeTimeout: {
    means:
      'of `Healthy`: the store gave no answer in time, twice in a row. The queue is paused meanwhile, as above',
    remedy:
      'of your own store: let the function in, and give it a way there with `spec.network`. Of a managed one: see to the status checks of its host; `nami.dev/replace-host` replaces it',
  },
  AuthFailed: {
    means:
      'of `Healthy`: the store refuses the login, or what its user needs to do. The queue is paused meanwhile, as above',
    remedy:
      'of your own store: correct the connection string in its Secret, or the user in the database. Of a managed one: set the SSM parameter back to the password that the database was made with',
  },
  TlsFailed: {
    means:
      'of `Healthy`: the function refuses the certificate that the store shows, and tells it nothing. Of a managed store another server may answer on the address of the host. The queue is paused meanwhile, as above',
    remedy: 'as the message says; nothing lets the function go on without TLS ([`docs/store.md`](store.md))',
  },
  ProbeFailed: {
    means:
      'of `Healthy`, which is Unknown: the function that asks the store could not be asked itself for a while',
    remedy: 'see to what the message names',
  },
  StoreObjects: {
    means: 'of `Healthy`: the store answers, and refuses what the pipeline asks of it, such as an index',
    remedy: 'see to what the message names',
  },
  DeadLetters: {
    means:
      'of `Healthy`: events could not be stored, or own code failed for them, as often as `queue.maxReceiveCount`',
    remedy: 'read the logs of the post-queue function, mend the cause, then redrive the queue',
  },
  SnapshotFailed: {
    means:
      'of `Healthy`: a snapshot of the volume failed, or AWS refuses to take or to remove one; the store serves all the same',
    remedy: 'nothing where AWS failed: it is tried again by itself; else see to what the message names',
  },
  VolumeFilling: {
    means: "of `Healthy`: the volume is filled to the alarm's threshold",
    remedy: 'raise `store.managed.volume.sizeGiB`, or set `store.ttlDays`',
  },
  VolumeFull: {
    means:
      'of `Healthy`: less than 1 GiB is free on the volume (of one below 20 GiB: less than 5 %). The queue is paused meanwhile, as above, so that MongoDB does not end for want of room. Where events were deleted or have expired, their room in the files counts as free, as long as half as much is free beside it',
    remedy:
      'raise `store.managed.volume.sizeGiB`: the file system grows within a minute, and the queue is read again. So it is, by itself, once enough events have expired by `store.ttlDays`, or you have deleted some in the database',
  },
};

export const ON_ITS_WAY: Readonly<Record<OnItsWay, string>> = {
  Progressing: 'it is being built; the message says what is waited for',
  Draining: 'the pipeline is being deleted; its events are stored first',
  Deleting: 'the pipeline is being deleted; the message names what is waited for',
  NotProbed: 'of `Healthy`, which is Unknown: the store has not been asked yet',
};

export const WELL: Readonly<Record<Well, string>> = {
  Ready: 'as the spec wants it',
  Healthy: 'nothing is wrong',
  Settled: 'of `Reconciling`, which is False: nothing is on its way',
  NotStalled: 'of `Stalled`, which is False: nothing waits for you',
  Paused:
    'of `Healthy`, which is False: `spec.postQueue.paused` is true. Deliveries are taken and wait in the queue, which keeps them for 14 days; what is in the dead-letter queue goes back into the queue when it is read again',
  EndpointDisabled:
    'of `Healthy`, which is False: `spec.endpoint.enabled` is false. Every request is answered with `spec.endpoint.response.disabledStatusCode`; what was in the queue is stored',
  Suspended: '`spec.suspend` is true',
};
