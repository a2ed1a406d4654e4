import { DeleteFunctionConcurrencyCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import type { Account } from '../account/account.ts';
import { orGone, TerminalError } from '../account/errors.ts';
import { forgetReservation, recentReservation, reservationOf } from '../calls/reservation.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import { functionNames, functionTags, glanceFunctions } from './function.ts';
import { throwIfOutOfOrder } from './provisioned-concurrency.ts';

export interface ReservedConcurrencyDesired {
  readonly functionName: string;
  readonly executions: number;
}

type Details = { readonly executions: number };

const actual = (functionName: string, executions: number): Actual<Details> => ({
  id: functionName,
  tags: undefined,
  state: READY,
  outputs: {},
  details: { executions },
});

async function find(account: Account, functionName: string): Promise<Actual<Details> | undefined> {
  const executions = await reservationOf(account, functionName);
  return executions === undefined ? undefined : actual(functionName, executions);
}

async function put(
  account: Account,
  { functionName, executions }: ReservedConcurrencyDesired,
): Promise<void> {
  forgetReservation(account, functionName);
  try {
    await account.lambda.send(
      new PutFunctionConcurrencyCommand({
        FunctionName: functionName,
        ReservedConcurrentExecutions: executions,
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'InvalidParameterValueException') throw error;
    throwIfOutOfOrder(error);
    throw new TerminalError(
      'ReservationRefused',
      `the account has no ${executions} concurrent executions left to reserve for ${functionName}: it runs without; lower reservedConcurrency or ask AWS for a higher limit (AWS says: ${error.message})`,
      { cause: error },
    );
  }
}

/** A share of the account's concurrency for one function; a part of the function, without tags. */
export const reservedConcurrency = defineKind<ReservedConcurrencyDesired, Details>({
  removal: 10,
  find: (account, { functionName }) => find(account, functionName),
  async glance(account, { functionName }) {
    const at = account.clock.now();
    const executions = await recentReservation(account, functionName);
    return executions === undefined ? undefined : { actual: actual(functionName, executions), at };
  },
  async glanceIds(account, owner) {
    const names = await glanceFunctions(account, owner);
    const reserved = await Promise.all(names?.map((name) => recentReservation(account, name)) ?? []);
    return names?.filter((_, index) => reserved[index] !== undefined);
  },
  async owned(account, owner, isKnown = noneKnown) {
    const unknown = (await functionNames(account, owner)).filter((name) => !isKnown(name));
    const found = await Promise.all(unknown.map((name) => find(account, name)));
    return found.filter((each) => each !== undefined);
  },
  holderTags: (account, { id }) => functionTags(account, id),
  compare: ({ details }, { executions }) => differing(details, { executions }),
  async create(account, desired) {
    await put(account, desired);
    return actual(desired.functionName, desired.executions);
  },
  update: (account, desired) => put(account, desired),
  async remove(account, { id }) {
    forgetReservation(account, id);
    await orGone(account.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: id })));
  },
});
