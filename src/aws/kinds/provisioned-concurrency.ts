import {
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  type ProvisionedConcurrencyConfigListItem,
  PutProvisionedConcurrencyConfigCommand,
  paginateListProvisionedConcurrencyConfigs,
} from '@aws-sdk/client-lambda';
import { fromRfc3339 } from '../../clock.ts';
import type { Account } from '../account/account.ts';
import { BackoffError, judge, orAbsent, orGone, RequeueAfter, TerminalError } from '../account/errors.ts';
import { type Actual, pending, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { functionNames, functionTags, glanceFunctions } from './function.ts';

export interface ProvisionedConcurrencyDesired {
  readonly functionName: string;
  readonly alias: string;
  readonly executions: number;
}

type Details = {
  readonly functionName: string;
  readonly qualifier: string;
  readonly executions: number;
  /** Why Lambda gave up on the environments, and when they were asked for (milliseconds since the epoch). */
  readonly failure?: { readonly why: string; readonly askedAt: number };
};

/** Lambda makes up to 6,000 environments a minute. (Lambda: "Configuring provisioned concurrency for a function".) */
const LOOK_SECONDS = 5;
/** What Lambda gave up is asked for again so long after. */
const RETRY_SECONDS = 300;
/** Weights beside environments that are ready for longer than this are somebody else's. */
const MOVE_SECONDS = 300;

function actual(
  functionName: string,
  qualifier: string,
  found: ProvisionedConcurrencyConfigListItem,
): Actual<Details> {
  const executions = found.RequestedProvisionedConcurrentExecutions ?? 0;
  const available = found.AvailableProvisionedConcurrentExecutions ?? 0;
  return {
    id: `${functionName}:${qualifier}`,
    tags: undefined,
    state:
      found.Status === 'IN_PROGRESS'
        ? pending(`${available} of ${executions} environments are ready`, LOOK_SECONDS)
        : READY,
    outputs: {},
    details: {
      functionName,
      qualifier,
      executions,
      ...(found.Status === 'FAILED' && {
        failure: {
          why: found.StatusReason ?? 'no reason given',
          askedAt: fromRfc3339(found.LastModified ?? ''),
        },
      }),
    },
  };
}

async function find(
  account: Account,
  functionName: string,
  qualifier: string,
): Promise<Actual<Details> | undefined> {
  const found = await orAbsent(
    account.lambda.send(
      new GetProvisionedConcurrencyConfigCommand({ FunctionName: functionName, Qualifier: qualifier }),
    ),
  );
  return found && actual(functionName, qualifier, found);
}

/** All of a function, whichever alias or version they are on. */
async function list(account: Account, functionName: string): Promise<Actual<Details>[]> {
  const found: Actual<Details>[] = [];
  for await (const page of paginateListProvisionedConcurrencyConfigs(
    { client: account.lambda },
    { FunctionName: functionName },
  )) {
    for (const item of page.ProvisionedConcurrencyConfigs ?? []) {
      found.push(actual(functionName, item.FunctionArn?.split(':').at(-1) ?? '', item));
    }
  }
  return found;
}

async function ofFunctions(account: Account, names: readonly string[]): Promise<Actual<Details>[]> {
  const found = await Promise.all(names.map((name) => orAbsent(list(account, name))));
  return found.flatMap((configurations) => configurations ?? []);
}

/**
 * Whether Lambda will take off the weights of an alias by itself, once the environments of its version are ready: not
 * where there are none, or they could not be made. That they count as ready says nothing for a while: they may be those
 * of the version before, whose move has just begun.
 */
export async function maySettle(account: Account, functionName: string, alias: string): Promise<boolean> {
  const found = await find(account, functionName, alias);
  if (found === undefined || found.details.failure !== undefined) return false;
  const sight = `${functionName}:${alias} has weights, and its environments are ready`;
  if (found.state.is === 'ready') return account.seenTwice.secondsLeft(sight, MOVE_SECONDS) > 0;
  account.seenTwice.forget(sight);
  return true;
}

/**
 * Waits for a change that Lambda refuses while it makes environments. (Lambda API Reference: ResourceConflictException
 * of PutProvisionedConcurrencyConfig, DeleteProvisionedConcurrencyConfig and UpdateAlias, "another operation is in
 * progress".)
 */
export async function unlessAllocating<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error;
    throw new RequeueAfter(LOOK_SECONDS, 'an earlier change of its environments is still under way', {
      cause: error,
    });
  }
}

/**
 * A reservation may not be below what is provisioned of it, nor that above the reservation. Where both change, one has
 * to come first, and the other is tried again; where AWS refuses the first, the other says so until it is mended.
 */
export function throwIfOutOfOrder(error: Error): void {
  if (!/provisioned concurrency/i.test(error.message)) return;
  throw new BackoffError(
    'ConcurrencyRefused',
    `reservedConcurrency and provisionedConcurrency do not fit together in AWS yet: each is tried again once a minute (AWS says: ${error.message})`,
    { cause: error },
  );
}

async function put(
  account: Account,
  { functionName, alias, executions }: ProvisionedConcurrencyDesired,
): Promise<Actual<Details>> {
  try {
    const made = await unlessAllocating(
      account.lambda.send(
        new PutProvisionedConcurrencyConfigCommand({
          FunctionName: functionName,
          Qualifier: alias,
          ProvisionedConcurrentExecutions: executions,
        }),
      ),
    );
    return actual(functionName, alias, made);
  } catch (error) {
    const isRefusal = error instanceof Error && error.name === 'InvalidParameterValueException';
    if (!isRefusal || judge(error).is === 'requeue') throw error;
    throwIfOutOfOrder(error);
    throw new TerminalError(
      'ProvisioningRefused',
      `the account has no room for ${executions} environments of ${functionName} that are always ready: all of them start on demand; lower provisionedConcurrency or ask AWS for a higher limit (AWS says: ${error.message})`,
      { cause: error },
    );
  }
}

/**
 * Environments of a function that are made before the deliveries come; a part of its alias, without tags. When the alias
 * moves to another version, Lambda makes them anew for that one.
 */
export const provisionedConcurrency = defineKind<ProvisionedConcurrencyDesired, Details>({
  removal: 10,
  find: (account, { functionName, alias }) => find(account, functionName, alias),
  async glanceIds(account, owner) {
    const names = await glanceFunctions(account, owner);
    return names && (await ofFunctions(account, names)).map(({ id }) => id);
  },
  owned: async (account, owner) => ofFunctions(account, await functionNames(account, owner)),
  holderTags: (account, { details }) => functionTags(account, details.functionName),
  compare: ({ details: { executions, failure } }, desired) => [
    ...differing({ executions }, { executions: desired.executions }),
    ...(failure ? ['status'] : []),
  ],
  create: (account, desired) => put(account, desired),
  async update(account, desired, { details: { executions, failure } }) {
    const isSame = executions === desired.executions;
    if (failure && isSame && account.clock.now() - failure.askedAt < RETRY_SECONDS * 1000) {
      throw new BackoffError(
        'ProvisioningFailed',
        `Lambda could not make ${executions} environments of ${desired.functionName} ready in advance: what is missing starts on demand, and they are asked for again later; if this stays, read the logs of the function, lower provisionedConcurrency or take it out (AWS says: ${failure.why})`,
      );
    }
    await put(account, desired);
  },
  async remove(account, { details: { functionName, qualifier } }) {
    await unlessAllocating(
      orGone(
        account.lambda.send(
          new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: functionName, Qualifier: qualifier }),
        ),
      ),
    );
  },
});
