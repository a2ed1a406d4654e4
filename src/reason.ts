/**
 * Why a condition of a pipeline is as it is: every reason that a status can have. Each is explained in docs/status.md, whose
 * tables are made from `scripts/troubleshooting/reasons.ts`.
 */
export type Reason = Well | OnItsWay | GoesOn | UserMustAct;

/** Nothing is wrong. */
export type Well =
  | 'Ready'
  | 'Healthy'
  | 'Settled'
  | 'NotStalled'
  | 'Paused'
  | 'EndpointDisabled'
  | 'Suspended';

/** It takes a moment. */
export type OnItsWay = 'Progressing' | 'Draining' | 'Deleting' | 'NotProbed';

/** Something is in the way, and is tried again by itself. */
export type GoesOn =
  | 'AWSError'
  | 'AWSUnreachable'
  | 'AccessDenied'
  | 'AuthFailed'
  | 'ConcurrencyRefused'
  | 'CredentialsInvalid'
  | 'DeadLetters'
  | 'DeletionFailed'
  | 'DeniedByPolicy'
  | 'DomainTaken'
  | 'EnvironmentUnreadable'
  | 'FunctionFailed'
  | 'HostDies'
  | 'HostMaintenance'
  | 'HostOutdated'
  | 'HostReplacementWaits'
  | 'HostStopped'
  | 'InternalError'
  | 'MongoVersionWaits'
  | 'NoCapacity'
  | 'ProbeFailed'
  | 'ProbeTimeout'
  | 'ProvisioningFailed'
  | 'ProvisioningRefused'
  | 'QueueUnseen'
  | 'Refused'
  | 'ReservationRefused'
  | 'RotationNotOurs'
  | 'RotationWaits'
  | 'SnapshotFailed'
  | 'StillMapped'
  | 'StoreObjects'
  | 'ScheduleUnseen'
  | 'StoreUnreachable'
  | 'Throttled'
  | 'TlsFailed'
  | 'VolumeFilling'
  | 'VolumeFull';

/** Trying the same again can't help. */
export type UserMustAct =
  | 'BasePathTaken'
  | 'CodeInvalid'
  | 'ConfigMapForbidden'
  | 'ConfigMapInvalid'
  | 'ConnectionSecretTaken'
  | 'DeadLettersLeft'
  | 'EnvironmentTooLarge'
  | 'HostTagsLost'
  | 'ImageNotFound'
  | 'ImageOfOtherArchitecture'
  | 'InstanceTypeNotFound'
  | 'InstanceTypeNotOffered'
  | 'MongoTooOld'
  | 'MongoVersionStep'
  | 'NetworkTagsLost'
  | 'NotAllowed'
  | 'NotOurs'
  | 'OwnedByPredecessor'
  | 'PathChanged'
  | 'PathConflict'
  | 'PathTaken'
  | 'ProcessorTooOld'
  | 'QueueNotEmpty'
  | 'RecordTaken'
  | 'RegionChanged'
  | 'S3ObjectInvalid'
  | 'SecretForbidden'
  | 'SecretInvalid'
  | 'SettingsInvalid'
  | 'SnapshotInvalid'
  | 'SpecInvalid'
  | 'StorePasswordLost'
  | 'SubnetNotFound'
  | 'TagsInvalid'
  | 'VolumeGone'
  | 'VolumeInOtherZone'
  | 'VolumeInvalid'
  | 'VolumeNotReplaced'
  | 'VolumeTagsLost'
  | 'ZoneNotSupported';
