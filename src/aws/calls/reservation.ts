import { GetFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import type { Account } from '../account/account.ts';
import { orAbsent } from '../account/errors.ts';

/** What is reserved of the account's concurrency for a function. A look at the function tells it too. */

/** Seconds for which what a look at the function told stands for a look at its reservation. */
const SEEN_SECONDS = 30;

const nameOf = (functionName: string) => `reservation of ${functionName}`;

/** Executions reserved for a function; undefined: none. */
export async function reservationOf({ lambda }: Account, functionName: string): Promise<number | undefined> {
  const found = await orAbsent(
    lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: functionName })),
  );
  return found?.ReservedConcurrentExecutions;
}

/** The same, unless a look at the function told it a moment ago. */
export async function recentReservation(account: Account, functionName: string): Promise<number | undefined> {
  const [seen] = await account.inventory.read(nameOf(functionName), SEEN_SECONDS, async function* () {
    yield await reservationOf(account, functionName);
  });
  return seen;
}

/** Takes down what a look at a function told of it. */
export const noteReservation = (
  { inventory }: Account,
  functionName: string,
  executions: number | undefined,
): void => inventory.note(nameOf(functionName), SEEN_SECONDS, [executions]);

/** Makes the next look a new one: call it after a change. */
export const forgetReservation = ({ inventory }: Account, functionName: string): void =>
  inventory.forget(nameOf(functionName));
