import type { WebhookPipeline, WebhookPipelineSpec } from '../api/v1alpha1.ts';
import type { Account, CodePackage } from '../aws/account.ts';
import type { Owner } from '../aws/object.ts';
import type { FunctionId } from '../plan/identity.ts';
import type { FunctionInput, PlanInput } from '../plan/input.ts';
import type { Context } from './context.ts';
import { pathOf } from './endpoint-claim.ts';
import { readEnvironment } from './environment.ts';
import { isReachable, type Memory } from './memory.ts';
import { describeCode, findOwnCode } from './own-code.ts';
import { resolveNetwork } from './resolve-network.ts';
import { readSecrets } from './secrets.ts';

export interface Subject {
  readonly pipeline: WebhookPipeline;
  readonly spec: WebhookPipelineSpec;
  readonly account: Account;
  readonly owner: Owner;
  readonly memory: Memory;
}

export interface Gathered {
  readonly input: PlanInput;
  /** The account, with the code at hand that the plan speaks of. */
  readonly account: Account;
}

/** All that a plan follows from: the spec, what it refers to in Kubernetes and AWS, and the operator's settings. */
export async function gather(
  context: Context,
  subject: Subject,
  askZone: (zone: string) => void,
): Promise<Gathered> {
  const { client, config } = context;
  const { pipeline, spec, account, owner, memory } = subject;
  const secrets = await readSecrets(client, pipeline.metadata.namespace, spec);
  const preQueue = await gatherFunction(context, subject, 'preQueue', 'pre-queue');
  const postQueue = await gatherFunction(context, subject, 'postQueue', 'post-queue');
  const network = await resolveNetwork(account, owner, spec, askZone);
  const { partition, region, accountId } = account;
  const code = new Map([preQueue, postQueue].map(({ package: each }) => [each.sha256, each]));
  return {
    account: { ...account, code },
    input: {
      owner,
      spec,
      path: pathOf(pipeline, config),
      place: { partition, region, accountId },
      settings: { permissionsBoundaryArn: config.permissionsBoundaryArn },
      secrets,
      ...(network && { network }),
      functions: { preQueue: preQueue.input, postQueue: postQueue.input },
      consuming: isReachable(memory),
    },
  };
}

async function gatherFunction(
  context: Context,
  { pipeline, spec, account, memory }: Subject,
  field: 'preQueue' | 'postQueue',
  id: FunctionId,
): Promise<{ readonly package: CodePackage; readonly input: FunctionInput }> {
  const { client } = context;
  const { namespace } = pipeline.metadata;
  const { code } = spec[field];
  const where = `spec.${field}.code`;
  const own = code && (await findOwnCode({ client, account }, namespace, code, where, memory.codeObjects));
  const found = await context.code.packageOf(id, own);
  return {
    package: found,
    input: {
      codeSha256: found.sha256,
      ...(code && { ownCode: `${describeCode(code)} (${where})` }),
      environment: await readEnvironment(client, namespace, spec, field),
    },
  };
}
