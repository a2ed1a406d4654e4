import type { WebhookPipelineSpec } from '../api/v1alpha1.ts';
import type { Owner } from '../aws/object/owner.ts';
import type { Unresolved } from '../aws/object/unresolved.ts';

/** The operator's settings that shape every pipeline. */
export interface PlanSettings {
  /** ARN of the permissions boundary of every role; empty for none. */
  readonly permissionsBoundaryArn: string;
}

/** Where in AWS. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** The network that a pipeline's host and post-queue function are in. */
export interface Network {
  readonly vpcId: Unresolved<string>;
  /** Subnets of the post-queue function. */
  readonly subnetIds: readonly Unresolved<string>[];
  /** Further security groups of the post-queue function. */
  readonly securityGroupIds: readonly string[];
  /** Where the managed host stands. */
  readonly host?: { readonly zone: string; readonly subnetId: Unresolved<string> };
}

/** All that a plan follows from. Nothing else is looked at. */
export interface PlanInput {
  readonly owner: Owner;
  readonly spec: WebhookPipelineSpec;
  /** Last part of the URL. */
  readonly path: string;
  readonly place: Place;
  readonly settings: PlanSettings;
  readonly secrets: Secrets;
  /** What the status knew of the managed store: another volume or host is never taken silently in its place. */
  readonly known: { readonly volumeId?: string; readonly hostId?: string; readonly featureVersion?: string };
  /** A volume that the user gives up: an empty one may take its place. */
  readonly givenUpVolumeId?: string;
  /** A host that is to be replaced although it is as it is wanted. */
  readonly replaceHostId?: string;
  /** Without one the post-queue function is outside any VPC. */
  readonly network?: Network;
  readonly functions: Readonly<Record<'preQueue' | 'postQueue', FunctionInput>>;
  /** Whether the queue is read: not while the store can't take what comes. Undefined: as it is found. */
  readonly consuming: boolean | undefined;
  /** How long the queue keeps events. */
  readonly retention: Retention;
  /** Nothing is read for now, and what comes to the dead-letter queue meanwhile is to go back when it is read again. */
  readonly redrives: boolean;
}

/**
 * "longest" while nothing is read, since a queue forgets events at their age, without its dead-letter queue; "kept"
 * until what has gathered is read: as the spec says, but never shortened; then "spec".
 */
export type Retention = 'spec' | 'kept' | 'longest';

/** What a function is made of beside its settings. */
export interface FunctionInput {
  /** SHA-256 (base64) of its zip. */
  readonly codeSha256: string;
  /** Where the user's own code in it comes from, in words; absent without. */
  readonly ownCode?: string;
  /** The user's environment: literals, and values of Secrets and ConfigMaps. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What Kubernetes Secrets hold. */
export interface Secrets {
  /** Signing secrets, or public keys, in the order of the spec, with the words for where each comes from. */
  readonly signing: readonly { readonly value: string; readonly from: string }[];
  /** Connection string of an external store. */
  readonly storeUri?: string;
}
