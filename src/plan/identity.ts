import { createHash } from 'node:crypto';
import { noted } from '../aws/object/added-tags.ts';
import { type Owner, TAGS, type Tags } from '../aws/object/owner.ts';

/** Who a pipeline is. Everything that it is called in AWS follows from this. */
export interface Identity {
  /** Which cluster: the UID of its `kube-system` namespace, unless the operator is told otherwise. */
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly namespaceUid: string;
}

/** Longest start of a name: Lambda and IAM allow 64 characters, and "-post-queue" follows. */
const PREFIX_LENGTH = 52;
const HASH_LENGTH = 8;

function hash(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, HASH_LENGTH);
}

/**
 * A readable name in the characters that every service takes. Names in Kubernetes hold no underscore, so that none of
 * these starts another, whatever a pipeline is called.
 */
export function ownerPrefix({
  cluster,
  namespace,
  name,
}: Pick<Identity, 'cluster' | 'namespace' | 'name'>): string {
  const readable = `nami-${namespace}-${name}`.replaceAll('.', '-').slice(0, PREFIX_LENGTH - HASH_LENGTH - 1);
  return `${readable.replace(/-+$/, '')}_${hash(cluster, namespace, name)}`;
}

/** The owner of all that a pipeline has in AWS. `iamPath` starts and ends with a slash; `added` are tags beside our own. */
export function pipelineOwner(
  identity: Identity,
  iamPath: string,
  added: Tags = {},
  takeOver = false,
): Owner {
  const prefix = ownerPrefix(identity);
  return {
    uid: identity.uid,
    prefix,
    path: `${iamPath}${prefix}/`,
    identity: {
      [TAGS.cluster]: identity.cluster,
      [TAGS.namespace]: identity.namespace,
      [TAGS.name]: identity.name,
    },
    tags: { [TAGS.namespaceUid]: identity.namespaceUid, ...noted(added) },
    takeOver,
  };
}

/** The owner of what the pipelines of a region share; likewise. */
export function regionOwner(cluster: string, iamPath: string, added: Tags = {}): Owner {
  const prefix = `nami_${hash(cluster)}`;
  return {
    uid: cluster,
    prefix,
    path: `${iamPath}${prefix}/`,
    identity: { [TAGS.cluster]: cluster, [TAGS.shared]: 'region' },
    tags: noted(added),
    takeOver: false,
  };
}

/** The volume of a managed store, among the volumes of its owner. */
export const DATA_VOLUME = 'data';

export const FUNCTIONS = ['pre-queue', 'post-queue'] as const;
export type FunctionId = (typeof FUNCTIONS)[number];

/** The alias through which a function is called. */
export const ALIAS = 'live';
/** The stage of the gateway. */
export const STAGE = 'live';
/** First part of the path of every endpoint. */
export const ROOT_PATH = '/nami';

/** What the ARN of a regional object begins with. */
interface Region {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** The little of an owner that names follow from. */
type Named = Pick<Owner, 'prefix'>;

export const functionName = ({ prefix }: Named, id: FunctionId): string => `${prefix}-${id}`;
/** ARN of a function's alias: what the gateway and the queue call. */
export function aliasArnOf({ partition, region, accountId }: Region, owner: Named, id: FunctionId): string {
  return `arn:${partition}:lambda:${region}:${accountId}:function:${functionName(owner, id)}:${ALIAS}`;
}

export const logGroupName = (owner: Owner, id: FunctionId): string =>
  `/aws/lambda/${functionName(owner, id)}`;
export const queueName = ({ prefix }: Owner): string => `${prefix}-queue`;
export const queueArnOf = ({ partition, region, accountId }: Region, owner: Owner): string =>
  `arn:${partition}:sqs:${region}:${accountId}:${queueName(owner)}`;
export const deadLetterQueueName = ({ prefix }: Owner): string => `${prefix}-dlq`;
export const routePath = (path: string): string => `${ROOT_PATH}/${path}`;
