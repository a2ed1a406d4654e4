export type Tags = Readonly<Record<string, string>>;

/** Whether tags hold all of others. */
export const carries = (tags: Tags, wanted: Tags): boolean =>
  Object.entries(wanted).every(([key, value]) => tags[key] === value);

/** Tags that the operator writes and reads. */
export const TAGS = {
  cluster: 'nami.dev/cluster',
  namespace: 'nami.dev/namespace',
  name: 'nami.dev/name',
  /** "region": one of the objects that all pipelines of a region share. */
  shared: 'nami.dev/shared',
  /** Which object of its owner this is, for kinds that are found by tags. */
  object: 'nami.dev/object',
  /** UID of the namespace: a namespace made again under its name does not inherit. */
  namespaceUid: 'nami.dev/namespace-uid',
  /** "Retain" keeps the object when its pipeline goes, "Snapshot" a copy of it, or all of what has no copies. */
  reclaimPolicy: 'nami.dev/reclaim-policy',
  /** REST API that carries the route to this function. */
  gateway: 'nami.dev/gateway',
  /** On a dead-letter queue: "due" when its messages are to go back once the queue is read again. */
  redrive: 'nami.dev/redrive',
  /** On a volume: container image of the database that wrote its data last. */
  mongoImage: 'nami.dev/mongo-image',
  /** On a volume and its snapshots: the parameter that holds the password of their database. */
  credentials: 'nami.dev/credentials',
  /**
   * On a volume that was made from a snapshot, and on snapshots of it: the volumes, with commas, whose mark its file system
   * may bear.
   */
  madeFrom: 'nami.dev/made-from',
  /** Begins the key of a tag on a domain name for each hosted zone in which a record may lead to it. */
  hostedZone: 'nami.dev/hosted-zone/',
  /** Which further tags the operator has set, as sums of their keys. */
  added: 'nami.dev/tags',
  /** Left in AWS on purpose when its pipeline went. */
  retained: 'nami.dev/retained',
  /** Set in AWS by a human: <cluster>/<namespace>/<name> of the pipeline that may take this object. */
  adoptableBy: 'nami.dev/adoptable-by',
} as const;

export const REDRIVE_DUE = 'due';

/** What the tags of an owner's objects have in common, as one key. */
export const ownerKey = (tags: Tags): string => `${tags[TAGS.namespace]}/${tags[TAGS.name]}`;

/** Whose objects: a pipeline, or a region's shared objects. */
export interface Owner {
  /** UID of the Kubernetes resource: another one under the same name is another attempt to AWS. */
  readonly uid: string;
  /** Starts the name of everything that has a name, and no one else's. */
  readonly prefix: string;
  /** IAM path, which ListRoles can filter by; ends with a slash. */
  readonly path: string;
  /** Tags that tell this owner's objects from all others. */
  readonly identity: Tags;
  /** Further tags on everything: the identity of the namespace, and those that users and their organisation add. */
  readonly tags: Tags;
  /** Lets objects of an earlier namespace of the same name be taken over. */
  readonly takeOver: boolean;
}

/** Whether the tags are those of the owner, and not of one in an earlier namespace of the same name. */
export function isOurs(tags: Tags, owner: Owner): boolean {
  if (!carries(tags, owner.identity)) return false;
  const namespace = owner.tags[TAGS.namespaceUid];
  const found = tags[TAGS.namespaceUid];
  return owner.takeOver || namespace === undefined || found === undefined || found === namespace;
}

/** Whether the tags are those that a pipeline of the owner's name had in an earlier namespace, and nobody took over. */
export const isOfPredecessor = (tags: Tags, owner: Owner): boolean =>
  carries(tags, owner.identity) && !isOurs(tags, owner);
