import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { REVISION_ENV } from '../../../handlers/contract.ts';
import type { Account } from '../account.ts';
import { BackoffError, orAbsent, orGone, orPresent, RequeueAfter, TerminalError } from '../errors.ts';
import { defineKind, differing, pending, READY } from '../object.ts';
import { FunctionFailure, probe } from '../probe.ts';
import { maySettle, unlessAllocating } from './provisioned-concurrency.ts';

export interface AliasDesired {
  readonly functionName: string;
  readonly name: string;
  /** Revision of the function that the alias should point to. */
  readonly revision: string;
  /** What each secret of the function is to the user, such as "key token of Secret github", for messages. */
  readonly secretNames: readonly string[];
  /** Where the user's own code in the function comes from, for messages; absent without. */
  readonly ownCode?: string;
}

type Details = {
  readonly revision: string;
  readonly version: string;
  /** Another version takes a part of the traffic, or all of it. */
  readonly weighted: boolean;
};

/**
 * What callers call: a version that has answered a check. A new version that doesn't never takes traffic; the alias
 * stays where it is.
 *
 * With provisioned concurrency Lambda itself weights the alias when it moves: the version before takes the traffic until
 * the environments of the new one are ready, and keeps it for good if they can't be made. Weights beside environments
 * that failed, or beside none, are therefore taken off. (Lambda API Reference, "UpdateAlias": RoutingConfig;
 * hashicorp/terraform-provider-aws#13329.)
 */
export const alias = defineKind<AliasDesired, Details>({
  removal: 20,
  async find(account, { functionName, name }) {
    const found = await orAbsent(
      account.lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: name })),
    );
    if (found?.FunctionVersion === undefined) return undefined;
    const version = await account.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: found.FunctionVersion }),
    );
    const revision = version.Environment?.Variables?.[REVISION_ENV] ?? '';
    const weighted = Object.keys(found.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
    const isMoving = weighted && (await maySettle(account, functionName, name));
    return {
      id: `${functionName}:${name}`,
      tags: undefined,
      state: isMoving
        ? pending('the version before takes the traffic until the environments of the new one are ready', 5)
        : READY,
      outputs: { arn: found.AliasArn ?? '', revision, codeSha256: version.CodeSha256 ?? '' },
      details: { revision, version: found.FunctionVersion, weighted },
    };
  },
  // It goes with its function.
  owned: async () => [],
  compare: ({ details }, { revision }) => differing(details, { revision, weighted: false }),
  async create(account, desired) {
    const version = await publishChecked(account, desired);
    await orPresent(
      account.lambda.send(
        new CreateAliasCommand({
          FunctionName: desired.functionName,
          Name: desired.name,
          FunctionVersion: version,
        }),
      ),
    );
  },
  async update(account, desired, { details }) {
    const { functionName: FunctionName, name: Name } = desired;
    if (details.weighted) {
      // It moves to the revision that is wanted on the next look: Lambda refuses both at once.
      const RoutingConfig = { AdditionalVersionWeights: {} };
      await unlessAllocating(
        account.lambda.send(new UpdateAliasCommand({ FunctionName, Name, RoutingConfig })),
      );
      return;
    }
    const FunctionVersion = await publishChecked(account, desired);
    await unlessAllocating(
      account.lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion })),
    );
    await prune(account, desired.functionName, new Set(['$LATEST', FunctionVersion, details.version]));
  },
  async remove() {},
});

/** Publishing the same code and configuration again answers the same version, so a crash here leaves nothing. */
async function publishChecked(account: Account, desired: AliasDesired): Promise<string> {
  const { functionName } = desired;
  const published = await account.lambda.send(new PublishVersionCommand({ FunctionName: functionName }));
  const version = published.Version ?? '';
  if (published.Environment?.Variables?.[REVISION_ENV] !== desired.revision) {
    throw new RequeueAfter(1, 'the function has changed meanwhile');
  }
  if (published.State === 'Pending') throw new RequeueAfter(0.5, `version ${version} is being made ready`);
  await check(account, desired, version);
  return version;
}

/** Seconds for which a version that was refused is not asked again: own code may let it run into its end each time. */
const REFUSAL_SECONDS = 120;

/** Throws unless a version answers that it can serve. */
async function check(account: Account, desired: AliasDesired, version: string): Promise<void> {
  const { clock, refusals } = account;
  const { functionName } = desired;
  const last = refusals.get(functionName);
  if (last?.version === version && clock.now() < last.until) throw last.error;
  refusals.delete(functionName);
  const error = await refusalOf(account, desired, version);
  if (!error) return;
  refusals.set(functionName, { version, error, until: clock.now() + REFUSAL_SECONDS * 1000 });
  throw error;
}

/** Why a version can't serve, where that is for its code or settings to mend; throws where it could not be asked. */
async function refusalOf(
  account: Account,
  desired: AliasDesired,
  version: string,
): Promise<Error | undefined> {
  const { functionName, ownCode, secretNames } = desired;
  try {
    const { problems } = await probe(account, functionName, version);
    if (problems.length === 0) return undefined;
    const words = problems.map(({ secret, code, message }) => {
      if (code) return `${ownCode}: ${message}`;
      return secret === undefined ? message : `${secretNames[secret] ?? `secret ${secret + 1}`} ${message}`;
    });
    const isCode = problems.some(({ code }) => code);
    return new TerminalError(isCode ? 'CodeInvalid' : 'SettingsInvalid', words.join('; '));
  } catch (error) {
    if (ownCode === undefined || !(error instanceof Error)) throw error;
    if (hasTimedOut(error)) {
      // Not the user's to mend for sure: it may have been the store, or Lambda.
      const message = `${ownCode}: the function came to no end with it when it was asked how it is: does a module that is loaded go on for ever? (${error.message})`;
      return new BackoffError('CodeInvalid', message, { cause: error });
    }
    if (!(error instanceof FunctionFailure)) throw error;
    return new TerminalError(
      'CodeInvalid',
      `${ownCode}: the function doesn't start with it: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/** Of the function; not of a connection to Lambda that never came about. */
const hasTimedOut = (error: Error): boolean =>
  error instanceof FunctionFailure
    ? error.timedOut
    : error.name === 'TimeoutError' && !/establishing a connection/.test(error.message);

/** Keeps the version in use and the one before it; all others only cost space. */
async function prune(account: Account, functionName: string, keep: ReadonlySet<string>): Promise<void> {
  for await (const page of paginateListVersionsByFunction(
    { client: account.lambda },
    { FunctionName: functionName },
  )) {
    for (const { Version } of page.Versions ?? []) {
      if (Version === undefined || keep.has(Version)) continue;
      await orGone(
        account.lambda.send(new DeleteFunctionCommand({ FunctionName: functionName, Qualifier: Version })),
      );
    }
  }
}
