import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionCommand,
  paginateListFunctions,
  type Runtime,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { REVISION_ENV } from '../../../handlers/contract.ts';
import type { Account } from '../account/account.ts';
import { BackoffError, orAbsent, orGone, TerminalError, told, unlessThere } from '../account/errors.ts';
import { requireKnownRole } from '../calls/new-role.ts';
import { noteReservation } from '../calls/reservation.ts';
import { arnStart, glanceNames } from '../calls/tagged-resources.ts';
import { type Actual, pending, READY, type State } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import type { CodeSource } from '../object/code.ts';
import { fingerprint } from '../object/fingerprint.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import type { Owner, Tags } from '../object/owner.ts';

export interface FunctionDesired {
  readonly name: string;
  readonly description: string;
  readonly roleArn: string;
  /** Changes when the role is made again under its name: the grant on the environment is then a new one. */
  readonly roleId: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly environment: Readonly<Record<string, string>>;
  /** SHA-256 of the zip, base64; the zip itself stands beside the graph. */
  readonly codeSha256: string;
  /** Both empty: outside any VPC. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Log group that it writes to, made before it. */
  readonly logGroup: string;
}

/** What runs the code, and what of it. */
const RUNS: { readonly runtime: Runtime; readonly handler: string } = {
  runtime: 'nodejs24.x',
  handler: 'index.handler',
};

type Details = Omit<FunctionDesired, 'roleId' | 'name'> & {
  readonly runtime: string;
  readonly handler: string;
  readonly arn: string;
  /** Why Lambda gave up on what it was asked to be last. */
  readonly failure?: string;
  /** Why its environment can't be seen. */
  readonly unread?: string;
};

/** Lambda's bound on names and values together, in bytes. (Lambda quotas: environment variables.) */
const ENVIRONMENT_BYTES = 4096;

/** The environment as it is sent: a change of anything makes another revision, which the alias looks for. */
function environmentOf(desired: FunctionDesired): Record<string, string> {
  const environment = { ...desired.environment, [REVISION_ENV]: fingerprint({ ...desired, ...RUNS }) };
  const bytes = Buffer.byteLength(Object.entries(environment).flat().join(''));
  if (bytes > ENVIRONMENT_BYTES) {
    throw new TerminalError(
      'EnvironmentTooLarge',
      `the environment of ${desired.name} has ${bytes} bytes with its secrets and settings, and Lambda takes ${ENVIRONMENT_BYTES}: shorten spec.*.environment, what environmentFrom brings, the secrets or spec.endpoint.response.body`,
    );
  }
  return environment;
}

const wantedDetails = (
  { roleId: _, name: __, ...rest }: FunctionDesired,
  environment: Record<string, string>,
) => ({
  ...rest,
  ...RUNS,
  environment,
});

const differencesOf = (details: Details, desired: FunctionDesired): string[] =>
  differing(details, wantedDetails(desired, environmentOf(desired)));

function stateOf({ State, LastUpdateStatus, StateReason }: FunctionConfiguration): State {
  // An idle function in a VPC is Inactive; the next call wakes it.
  if (State === 'Pending') return pending(StateReason ?? 'is being made ready by Lambda', 2);
  if (LastUpdateStatus === 'InProgress') return pending('an update is under way', 1);
  return READY;
}

/** A function that failed takes a new configuration. (Lambda: function states.) */
function failureOf(configuration: FunctionConfiguration): Pick<Details, 'failure'> {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration;
  if (State === 'Failed') return { failure: StateReason ?? 'no reason given' };
  if (LastUpdateStatus === 'Failed') return { failure: LastUpdateStatusReason ?? 'no reason given' };
  return {};
}

function actual(name: string, configuration: FunctionConfiguration, tags: Tags): Actual<Details> {
  const { Variables: environment = {}, Error: unread } = configuration.Environment ?? {};
  const arn = configuration.FunctionArn ?? '';
  return {
    id: name,
    tags,
    state: stateOf(configuration),
    outputs: {
      name,
      arn,
      revision: environment[REVISION_ENV] ?? '',
      codeSha256: configuration.CodeSha256 ?? '',
    },
    details: {
      arn,
      ...failureOf(configuration),
      ...(unread && { unread: unread.Message ?? 'no reason given' }),
      runtime: configuration.Runtime ?? '',
      handler: configuration.Handler ?? '',
      description: configuration.Description ?? '',
      roleArn: configuration.Role ?? '',
      memoryMiB: configuration.MemorySize ?? 0,
      timeoutSeconds: configuration.Timeout ?? 0,
      architecture: configuration.Architectures?.[0] ?? 'x86_64',
      environment,
      codeSha256: configuration.CodeSha256 ?? '',
      subnetIds: configuration.VpcConfig?.SubnetIds ?? [],
      securityGroupIds: configuration.VpcConfig?.SecurityGroupIds ?? [],
      logGroup: configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    },
  };
}

/** The ARN of the function itself. (Lambda: "Qualified and unqualified function ARNs".) */
const unqualified = (arn = ''): string => arn.split(':').slice(0, 7).join(':');

async function look(account: Account, name: string): Promise<Actual<Details> | undefined> {
  const found = await orAbsent(account.lambda.send(new GetFunctionCommand({ FunctionName: name })));
  if (found?.TagsError) {
    throw new BackoffError(
      'AccessDenied',
      `the tags of the function ${name} can't be read: add lambda:ListTags to the IAM policy of the operator (AWS says: ${found.TagsError.Message})`,
    );
  }
  if (!found) return undefined;
  noteReservation(account, name, found.Concurrency?.ReservedConcurrentExecutions);
  return actual(name, told(found.Configuration, `how the function ${name} is`), found.Tags ?? {});
}

/** The tags of the function that has this name, whoever's it is; nothing where there is none. */
export const functionTags = async (account: Account, name: string): Promise<Tags | undefined> =>
  (await look(account, name))?.tags;

/** The names of an owner's functions, out of one list that all reconciles share. */
export async function functionNames(account: Account, owner: Owner): Promise<string[]> {
  const all = await account.inventory.read('functions', 5, async function* () {
    for await (const page of paginateListFunctions({ client: account.lambda }, {}))
      yield* page.Functions ?? [];
  });
  return all.flatMap(({ FunctionName: name }) => (name?.startsWith(`${owner.prefix}-`) ? name : []));
}

/** Likewise, as the list of all that is tagged shows them. */
export const glanceFunctions = (account: Account, owner: Owner): Promise<readonly string[] | undefined> =>
  glanceNames(account, owner, arnStart(account, 'lambda', 'function:'));

export const lambdaFunction = defineKind<FunctionDesired, Details>({
  removal: 20,
  async find(account, { name }) {
    const found = await look(account, name);
    if (found?.details.unread !== undefined) {
      throw new BackoffError(
        'EnvironmentUnreadable',
        `the environment of the function ${name} can't be read: see to the rights of the operator on its KMS key (AWS says: ${found.details.unread})`,
      );
    }
    if (found?.state.is === 'ready' && found.details.failure === undefined) account.attempts.end(name);
    return found;
  },
  glanceIds: glanceFunctions,
  byId: look,
  async owned(account, owner, isKnown = noneKnown) {
    const unknown = (await functionNames(account, owner)).filter((name) => !isKnown(name));
    const found = await Promise.all(unknown.map((name) => look(account, name)));
    return found.filter((each) => each !== undefined);
  },
  compare({ details }, desired) {
    const differences = differencesOf(details, desired);
    return differences.length === 0 && details.failure !== undefined ? ['state'] : differences;
  },
  async create(account, desired, tags, _owner, code) {
    requireKnownRole(account, desired.roleArn);
    const made = await unlessThere(
      inReachOfLambda(
        desired,
        account.lambda.send(
          new CreateFunctionCommand({
            FunctionName: desired.name,
            Architectures: [desired.architecture],
            Code: { ZipFile: await zipOf(desired, code) },
            Tags: { ...tags },
            // The version that the alias is to stand for is made ready beside it.
            Publish: true,
            ...configurationOf(desired),
          }),
        ),
      ),
    );
    account.inventory.forget('functions');
    account.attempts.note(desired.name, fingerprint(desired));
    // The answer is that of the version.
    return actual(desired.name, { ...made, FunctionArn: unqualified(made.FunctionArn) }, tags);
  },
  async update(account, desired, { details }, _owner, code) {
    const { attempts } = account;
    const wish = fingerprint(desired);
    // After a failure Lambda may show what was asked for, or what was there before.
    if (details.failure !== undefined && !attempts.isDue(desired.name, wish)) {
      throw new BackoffError(
        'FunctionFailed',
        `Lambda could not make the function ready, and is asked again later, with growing pauses: ${details.failure}`,
      );
    }
    attempts.note(desired.name, wish);
    // One change at a time: Lambda refuses the second until the first is through.
    if (isCodeNext(details, desired)) {
      await account.lambda.send(
        new UpdateFunctionCodeCommand({
          FunctionName: desired.name,
          Architectures: [desired.architecture],
          ZipFile: await zipOf(desired, code),
        }),
      );
      return;
    }
    await inReachOfLambda(
      desired,
      account.lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: desired.name,
          ...configurationOf(desired),
        }),
      ),
    );
  },
  async remove(account, { id }) {
    account.attempts.end(id);
    await orGone(account.lambda.send(new DeleteFunctionCommand({ FunctionName: id })));
    account.inventory.forget('functions');
  },
  async tag(account, { details }, tags) {
    await account.lambda.send(new TagResourceCommand({ Resource: details.arn, Tags: { ...tags } }));
  },
  async untag(account, { details }, keys) {
    await account.lambda.send(new UntagResourceCommand({ Resource: details.arn, TagKeys: [...keys] }));
  },
});

/** Its code comes first, but where it has failed: it takes another configuration then, and is well again. */
function isCodeNext(details: Details, desired: FunctionDesired): boolean {
  const { codeSha256, architecture } = desired;
  if (differing(details, { codeSha256, architecture }).length === 0) return false;
  const others = differencesOf(details, desired).filter(
    (each) => !['codeSha256', 'architecture'].includes(each),
  );
  return details.failure === undefined || others.length === 0;
}

/** Some zones hold no interfaces of Lambda, whatever else is in them. */
async function inReachOfLambda<T>({ subnetIds }: FunctionDesired, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Error && /availability zone Lambda doesn't support/i.test(error.message)))
      throw error;
    throw new TerminalError(
      'ZoneNotSupported',
      `Lambda reaches nothing in the zone of ${subnetIds.join(', ')}: name subnets in other zones in spec.network; in the shared network the volume pins the zone, and may hold events: restore a snapshot of it in another zone and give that the tags of this one, or to begin with an empty one there, annotate the pipeline with nami.dev/replace-volume=<id of the volume> (AWS says: ${error.message})`,
      { cause: error },
    );
  }
}

function configurationOf(desired: FunctionDesired) {
  return {
    Runtime: RUNS.runtime,
    Handler: RUNS.handler,
    Description: desired.description,
    Role: desired.roleArn,
    MemorySize: desired.memoryMiB,
    Timeout: desired.timeoutSeconds,
    Environment: { Variables: environmentOf(desired) },
    VpcConfig: { SubnetIds: [...desired.subnetIds], SecurityGroupIds: [...desired.securityGroupIds] },
    LoggingConfig: { LogGroup: desired.logGroup },
  };
}

async function zipOf({ codeSha256 }: FunctionDesired, code: CodeSource | undefined): Promise<Uint8Array> {
  const found = code?.get(codeSha256);
  if (!found) throw new Error(`the code with SHA-256 ${codeSha256} is not at hand`);
  return await found.zip();
}
