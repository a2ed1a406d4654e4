/** `metadata` of any object in Kubernetes, as far as the operator looks at it. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
  managedFields?: unknown[];
}

/** An object as the API server returns it. */
export interface KubernetesResource {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/**
 * Where objects of one kind are served. `T` is the shape of such an object: a method given the type knows what
 * it returns.
 *
 * @example
 * const secrets: ResourceType<Secret> = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
 * const secret = await client.get(secrets, { namespace: 'shop', name: 'github' }); // a Secret
 */
export interface ResourceType<T extends KubernetesResource> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set: carries `T` through type inference. */
  readonly shape?: T;
}

/** Names one object; without a namespace where the type has none. */
export interface ObjectRef {
  readonly namespace?: string;
  readonly name: string;
}

/** `namespace/name`; for an object without a namespace, its name. */
export function keyOf(ref: ObjectRef): string {
  return ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
}

/** `group/version`, as `apiVersion` says it; the core group has none. */
export function apiVersionOf(type: ResourceType<KubernetesResource>): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

/** `plural.group`, as RBAC and error messages name a type. */
export function qualifiedName(type: ResourceType<KubernetesResource>): string {
  return type.group ? `${type.plural}.${type.group}` : type.plural;
}

/** The path of a collection (no name) or of one object in it. */
export function pathOf(
  type: ResourceType<KubernetesResource>,
  where: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined },
): string {
  const segments = type.group ? ['apis', type.group, type.version] : ['api', type.version];
  if (type.namespaced && where.namespace) segments.push('namespaces', where.namespace);
  segments.push(type.plural);
  if (where.name) segments.push(where.name);
  if (where.subresource) segments.push(where.subresource);
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

/**
 * Whether `a` is a later version than `b` of the same object. Resource versions are decimal numbers that only
 * grow (promised since Kubernetes 1.35, true of every server on etcd before); anything else counts as not newer.
 */
export function isNewer(a: string | undefined, b: string | undefined): boolean {
  if (!a || !b || !/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return BigInt(a) > BigInt(b);
}
