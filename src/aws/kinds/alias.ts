import {
  CreateAliasCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { REVISION_ENV } from '../../../handlers/contract.ts';
import { orAbsent, unlessThere } from '../account/errors.ts';
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
      state: isMoving ? MOVING : READY,
      outputs: { arn: found.AliasArn ?? '', revision, codeSha256: version.CodeSha256 ?? '' },
      details: { revision, version: found.FunctionVersion, weighted },
    };
  },
  owned: async () => [],
  compare: ({ details }, { revision }) => differing(details, { revision, weighted: false }),
  async create(account, desired) {
    const { functionName, name, revision } = desired;
    const { version, codeSha256 } = await publishTried(account, desired);
    const { AliasArn = '' } = await unlessThere(
      account.lambda.send(
        new CreateAliasCommand({ FunctionName: functionName, Name: name, FunctionVersion: version }),
      ),
    );
    return {
      id: `${functionName}:${name}`,
      tags: undefined,
      state: READY,
      outputs: { arn: AliasArn, revision, codeSha256 },
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
