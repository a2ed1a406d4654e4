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
import { orAbsent, orGone, orPresent, RequeueAfter, TerminalError } from '../errors.ts';
import { defineKind, differing, READY } from '../object.ts';
import { probe } from '../probe.ts';

export interface AliasDesired {
  readonly functionName: string;
  readonly name: string;
  /** Revision of the function that the alias should point to. */
  readonly revision: string;
  /** What each secret of the function is to the user, such as "key token of Secret github", for messages. */
  readonly secretNames: readonly string[];
}

type Details = { readonly revision: string; readonly version: string };

/**
 * What callers call: a version that has answered a check. A new version that doesn't never takes traffic; the alias
 * stays where it is.
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
    return {
      id: `${functionName}:${name}`,
      tags: undefined,
      state: READY,
      outputs: { arn: found.AliasArn ?? '', revision, codeSha256: version.CodeSha256 ?? '' },
      details: { revision, version: found.FunctionVersion },
    };
  },
  // It goes with its function.
  owned: async () => [],
  compare: ({ details }, { revision }) => differing(details, { revision }),
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
    const version = await publishChecked(account, desired);
    await account.lambda.send(
      new UpdateAliasCommand({
        FunctionName: desired.functionName,
        Name: desired.name,
        FunctionVersion: version,
      }),
    );
    await prune(account, desired.functionName, new Set(['$LATEST', version, details.version]));
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
  const { problems } = await probe(account, functionName, version);
  if (problems.length > 0) {
    const words = problems.map(({ secret, message }) =>
      secret === undefined ? message : `${desired.secretNames[secret] ?? `secret ${secret + 1}`} ${message}`,
    );
    throw new TerminalError('SettingsInvalid', words.join('; '));
  }
  return version;
}

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
