import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { POST_QUEUE_ENV } from '../../../handlers/contract.ts';
import type { Account } from '../account/account.ts';
import { BackoffError, orAbsent } from '../account/errors.ts';
import { readUri, type StoreAccess } from '../object/managed-store-uri.ts';

/**
 * What a post-queue function connects to a managed store with: it outlives what AWS forgets elsewhere. None where there is no
 * such function, or none with a managed store.
 */
export async function storeUriOfFunction(
  account: Account,
  functionName: string,
): Promise<StoreAccess | undefined> {
  const found = await orAbsent(
    account.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName })),
  );
  const { Variables: variables = {}, Error: unread } = found?.Environment ?? {};
  if (unread) {
    throw new BackoffError(
      'EnvironmentUnreadable',
      `the environment of the function ${functionName} can't be read: see to the rights of the operator on its KMS key (AWS says: ${unread.Message})`,
    );
  }
  if (variables[POST_QUEUE_ENV.managed] !== 'true') return undefined;
  return readUri(variables[POST_QUEUE_ENV.storeUri] ?? '');
}
