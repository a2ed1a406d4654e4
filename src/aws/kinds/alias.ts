import {
  CreateAliasCommand,
  GetAliasCommand,
  type GetAliasCommandOutput,
  GetFunctionConfigurationCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { REVISION_ENV } from '../../../handlers/contract.ts';
import type { Account } from '../account/account.ts';
import { orAbsent, told, unlessThere } from '../account/errors.ts';
import { deleteVersions } from '../calls/old-versions.ts';
import { type Candidate, publishTried } from '../calls/version-trial.ts';
import { pending, READY, type State } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { maySettle, unlessAllocating } from './provisioned-concurrency.ts';

export interface AliasDesired extends Candidate {
  readonly name: string;
}

type Details = {
  readonly revision: string;
  readonly version: string;
  /** Another version takes a part of the traffic, or all of it. */
  readonly weighted: boolean;
};

const MOVING: State = {
  ...pending('the version before takes the traffic until the environments of the new one are ready', 5),
  serves: true,
};

/** Seconds for which an alias that has not changed is believed to stand for what it did: no version ever changes. */
const VERSION_SECONDS = 86_400;

/** What an alias stands for. AWS gives it another revision id when it changes, and when it is made anew. */
async function versionBehind(
  account: Account,
  FunctionName: string,
  { Name, FunctionVersion, RevisionId }: GetAliasCommandOutput,
): Promise<{ readonly revision: string; readonly codeSha256: string }> {
  const name = `version behind ${FunctionName}:${Name} ${RevisionId}`;
  const [seen] = await account.inventory.read(name, VERSION_SECONDS, async function* () {
    const { Environment, CodeSha256 = '' } = await account.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName, Qualifier: FunctionVersion }),
    );
    yield { revision: Environment?.Variables?.[REVISION_ENV] ?? '', codeSha256: CodeSha256 };
  });
  if (RevisionId === undefined) account.inventory.forget(name);
  return seen ?? { revision: '', codeSha256: '' };
}

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
  removal: 'vanishes',
  async find(account, { functionName, name }) {
    const found = await orAbsent(
      account.lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: name })),
    );
    if (!found) return undefined;
    const version = told(found.FunctionVersion, `what the alias ${name} of ${functionName} stands for`);
    const { revision, codeSha256 } = await versionBehind(account, functionName, found);
    const weighted = Object.keys(found.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
    const isMoving = weighted && (await maySettle(account, functionName, name));
    return {
      id: `${functionName}:${name}`,
      tags: undefined,
      state: isMoving ? MOVING : READY,
      outputs: {
        arn: told(found.AliasArn, `what the alias ${name} of ${functionName} is`),
        revision,
        codeSha256,
      },
      details: { revision, version, weighted },
    };
  },
  owned: async () => [],
  compare: ({ details }, { revision }) => differing(details, { revision, weighted: false }),
  async create(account, desired) {
    const { functionName, name, revision } = desired;
    const { version, codeSha256 } = await publishTried(account, desired);
    const { AliasArn } = await unlessThere(
      account.lambda.send(
        new CreateAliasCommand({ FunctionName: functionName, Name: name, FunctionVersion: version }),
      ),
    );
    return {
      id: `${functionName}:${name}`,
      tags: undefined,
      state: READY,
      outputs: { arn: told(AliasArn, `which alias of ${functionName} it made`), revision, codeSha256 },
      details: { revision, version, weighted: false },
    };
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
    const { version: FunctionVersion } = await publishTried(account, desired);
    await unlessAllocating(
      account.lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion })),
    );
    // The one before may still be at work; all others only cost space.
    const kept = [FunctionVersion, details.version];
    await deleteVersions(account, FunctionName, ({ Version = '' }) => !kept.includes(Version));
  },
  async remove() {},
});
