import { FIRST_USER, readerNameOf, readerOf } from '../../../handlers/contract.ts';
import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { uriParts } from '../../aws/object/managed-store-uri.ts';
import { type Secret, secrets } from '../../kubernetes/core-types.ts';
import { isConflict, isForbidden, isNotFound } from '../../kubernetes/errors.ts';
import { apiVersionOf, type ObjectRef } from '../../kubernetes/resource.ts';
import { MONGO_PORT } from '../../plan/user-data.ts';
import { pemOf } from '../../store-authority.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import type { Finding } from '../report/conditions.ts';
import { nodeOf } from '../report/nodes.ts';
import { PIPELINES } from '../resource-type.ts';
import { reachableStore, type StoreBelief } from './store-belief.ts';

/** The Secret by which others read the events of a managed store. */
export interface Binding {
  /** Of the Secret that is there. */
  readonly name?: string;
  /** What keeps it from being there, or from being right. */
  readonly finding?: Finding;
}

/**
 * Writes the Secret that `spec.store.connectionSecret` asks for, keeps it right, and takes away the one that it asked for
 * before. It goes with its pipeline, as what that owns. One that is none of this pipeline's is never touched.
 */
export async function bindStore(
  { client }: Pick<Context, 'client'>,
  { pipeline, spec, memory }: Pick<Subject, 'pipeline' | 'spec' | 'memory'>,
  outcome: Outcome,
): Promise<Binding> {
  const { namespace } = pipeline.metadata;
  const wanted = spec.store.connectionSecret;
  const before = pipeline.status?.binding?.name;
  try {
    if (before !== undefined && before !== wanted?.name)
      await removeOwn(client, pipeline, { namespace, name: before });
    if (!wanted) return {};
    return await keep(
      client,
      pipeline,
      wanted,
      contentOf(outcome, spec.store.database),
      readerIn(memory.store),
    );
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const message = `the operator may not write Secret "${wanted?.name ?? before}": grant it create, patch and delete on secrets in namespace "${namespace}", as the chart's operator.allowed.connectionSecrets does`;
    return { finding: finding('SecretForbidden', message, true) };
  }
}

async function keep(
  client: Context['client'],
  pipeline: WebhookPipeline,
  { name, role }: { readonly name: string; readonly role: string },
  content: Content | undefined,
  reader: ReturnType<typeof readerIn>,
): Promise<Binding> {
  const { namespace } = pipeline.metadata;
  const found = await secretOf(client, { namespace, name });
  if (found && !isOf(found, pipeline)) return { finding: taken(name) };
  const known = found && textsOf(found);
  const isIn = reader?.role === role && reader.user === content?.username;
  // What is there stays right while the store is away: the user is in it.
  if (!content || (!isIn && known?.username !== content.username)) {
    const waiting = finding('Progressing', `Secret ${name}: waits for its user in the store`, false);
    return { ...(found && { name }), finding: waiting };
  }
  if (known && isSame(known, content)) return { name };
  const data = Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  try {
    if (found) await client.patch(secrets, { namespace, name }, { metadata: versionOf(found), data });
    else await client.create(secrets, { metadata: metadataOf(pipeline, name), type: TYPE, data });
    return { name };
  } catch (error) {
    // Somebody else was a moment before: what is there now is looked at next time.
    if (!isConflict(error) && !isNotFound(error)) throw error;
    return {
      finding: finding('Progressing', `Secret ${name}: has just been changed by somebody else`, false),
    };
  }
}

/** Who reads, as the store says in which they are. */
function readerIn({ view }: StoreBelief): { readonly user: string; readonly role: string } | undefined {
  const { reader: role, user = FIRST_USER } = reachableStore(view) ?? {};
  return role && { user: readerNameOf(user), role };
}

const textsOf = ({ data = {} }: Secret): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );

/**
 * Keys of the Service Binding specification for Kubernetes ("Well-known Secret Entries"), and that by which Kubernetes' own
 * Secrets have the certificate of an authority.
 */
type Content = Readonly<
  Record<'type' | 'provider' | 'host' | 'port' | 'database' | 'username' | 'password' | 'uri', string> & {
    'ca.crt'?: string;
  }
>;

/** Of a Secret that is a binding. (Service Binding specification: "Secret type".) */
const TYPE = 'servicebinding.io/mongodb';

function contentOf(outcome: Outcome, database: string): Content | undefined {
  const { privateIp: host, tls } = nodeOf(outcome, 'Instance', 'host')?.outputs ?? {};
  const { user, password: own } = nodeOf(outcome, 'Parameter', 'store-password')?.outputs ?? {};
  const authority = nodeOf(outcome, 'Parameter', 'store-authority')?.outputs.certificate;
  if (!host || !user || !own || !authority || !tls) return undefined;
  const { user: username, password } = readerOf({ user, password: own });
  const port = MONGO_PORT;
  return {
    type: 'mongodb',
    provider: 'nami',
    host,
    port: String(port),
    database,
    username,
    password,
    uri: uriParts({ user: username, password, host, port, database, tls }).join(''),
    ...(tls === 'true' && { 'ca.crt': pemOf(authority) }),
  };
}

async function secretOf(client: Context['client'], ref: ObjectRef): Promise<Secret | undefined> {
  try {
    return await client.get(secrets, ref);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}

async function removeOwn(
  client: Context['client'],
  pipeline: WebhookPipeline,
  ref: ObjectRef,
): Promise<void> {
  const found = await secretOf(client, ref);
  if (!found || !isOf(found, pipeline)) return;
  const { uid } = found.metadata;
  await client.delete(secrets, ref, uid === undefined ? {} : { uid }).catch((error: unknown) => {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  });
}

/** Its owner is the very pipeline, and not an earlier one of its name, whose Secret is about to go. */
const isOf = ({ metadata }: Secret, pipeline: WebhookPipeline) =>
  metadata.ownerReferences?.some(({ uid }) => uid === pipeline.metadata.uid) ?? false;

const metadataOf = ({ metadata: { namespace, name: owner, uid } }: WebhookPipeline, name: string) => ({
  namespace,
  name,
  labels: { 'app.kubernetes.io/managed-by': 'nami-operator' },
  ownerReferences: [{ apiVersion: apiVersionOf(PIPELINES), kind: PIPELINES.kind, name: owner, uid }],
});

const versionOf = ({ metadata: { resourceVersion } }: Secret) => ({ resourceVersion });

const isSame = (some: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>) =>
  Object.entries(others).every(([key, value]) => some[key] === value);

const taken = (name: string): Finding =>
  finding(
    'ConnectionSecretTaken',
    `Secret "${name}" is there and is not this pipeline's: name another in spec.store.connectionSecret.name, or delete it`,
    true,
  );

const finding = (reason: Finding['reason'], message: string, isFailure: boolean): Finding => ({
  part: 'Store',
  reason,
  message,
  terminal: isFailure,
  failed: isFailure,
});
