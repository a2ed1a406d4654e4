import { type BundleId, OWN_CODE_FILE, preQueueBundle, STORE_CA_FILE } from '../../../handlers/contract.ts';
import type { WebhookPipeline, WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import type { CodePackage, CodeSource } from '../../aws/object/code.ts';
import type { Owner } from '../../aws/object/owner.ts';
import type { CodeLibrary, FilesBeside } from '../../code.ts';
import type { FunctionInput, PlanInput } from '../../plan/input.ts';
import { volumeIdentity } from '../../plan/store.ts';
import type { Context } from '../context.ts';
import { isUnread } from '../pipeline/first-answer.ts';
import type { Memory } from '../pipeline/memory.ts';
import { isToBeRead } from '../pipeline/reading.ts';
import { retentionOf } from '../pipeline/retention.ts';
import { addedTags, checkTags } from './added-tags.ts';
import { pathOf } from './endpoint-claim.ts';
import { readEnvironment } from './environment.ts';
import { hostReplacement, isUnfit } from './host-replacement.ts';
import { type KeyReader, readingOnce } from './key-ref.ts';
import { knownStore } from './known-store.ts';
import { checkLimits } from './limits.ts';
import { describeCode, findOwnCode } from './own-code.ts';
import { resolveNetwork } from './resolve-network.ts';
import { readSecrets } from './secrets.ts';
import { readStoreCa } from './store-ca.ts';

export interface Subject {
  readonly pipeline: WebhookPipeline;
  readonly spec: WebhookPipelineSpec;
  readonly account: Account;
  readonly owner: Owner;
  readonly memory: Memory;
  /** Aborts when somebody wants something of it meanwhile: what only compares ends. */
  readonly signal?: AbortSignal | undefined;
}

export interface Gathered {
  readonly input: PlanInput;
  /** The code that the plan speaks of. */
  readonly code: CodeSource;
  /** A volume that holds nothing and is not in the plan any more. */
  readonly emptyVolumeId?: string;
}

/**
 * All that a plan follows from: the spec, what it refers to in Kubernetes and AWS, and the operator's settings. Fails
 * where the settings don't grant what the spec asks for: nothing is planned past them.
 */
export async function gather(context: Context, subject: Subject): Promise<Gathered> {
  const { config } = context;
  const { pipeline, spec, account, owner, memory } = subject;
  const { namespace } = pipeline.metadata;
  checkLimits(spec, namespace, config.allowed);
  checkTags(addedTags(pipeline, config));
  const client = readingOnce(context.client);
  const secrets = await readSecrets(client, namespace, spec);
  const storeCa = await readStoreCa(client, namespace, spec);
  const functionOf = (field: 'preQueue' | 'postQueue', id: BundleId, files: FilesBeside = {}) =>
    gatherFunction(client, context.code, subject, field, id, files);
  const preQueue = await functionOf('preQueue', preQueueBundle(spec.source.type));
  const postQueue = await functionOf('postQueue', 'post-queue', { [STORE_CA_FILE]: storeCa });
  const { emptyVolumeId, ...before } = await knownStore(account, owner, pipeline, spec);
  const replacement = hostReplacement(pipeline, context, isUnfit(memory, spec.store, account.clock.now()));
  const network = await resolveNetwork(account, owner, spec, volumeIdentity({ ...before, spec }));
  const { partition, region, accountId } = account;
  const consuming = isToBeRead(pipeline, memory.store);
  const code = new Map([preQueue, postQueue].map(({ package: each }) => [each.sha256, each]));
  return {
    code,
    ...(emptyVolumeId !== undefined && { emptyVolumeId }),
    input: {
      owner,
      spec,
      path: pathOf(pipeline, config),
      place: { partition, region, accountId },
      settings: { permissionsBoundaryArn: config.permissionsBoundaryArn },
      secrets,
      ...before,
      ...(replacement.is === 'due' && { replaceHostId: replacement.hostId }),
      ...(network && { network }),
      functions: { preQueue: preQueue.input, postQueue: postQueue.input },
      consuming,
      retention: retentionOf(memory, pipeline, consuming),
      redrives: consuming === false && !isUnread(pipeline.status?.store, memory),
    },
  };
}

async function gatherFunction(
  client: KeyReader,
  library: CodeLibrary,
  { pipeline, spec, account, memory }: Subject,
  field: 'preQueue' | 'postQueue',
  id: BundleId,
  files: FilesBeside,
): Promise<{ readonly package: CodePackage; readonly input: FunctionInput }> {
  const { namespace } = pipeline.metadata;
  const { code } = spec[field];
  const where = `spec.${field}.code`;
  const own = code && (await findOwnCode({ client, account }, namespace, code, where, memory.codeObjects));
  const found = await library.packageOf(id, { ...files, [OWN_CODE_FILE]: own });
  return {
    package: found,
    input: {
      codeSha256: found.sha256,
      ...(code && { ownCode: `${describeCode(code)} (${where})` }),
      environment: await readEnvironment(client, namespace, spec, field),
    },
  };
}
