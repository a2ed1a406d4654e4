import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { POST_QUEUE_ENV } from '../../../handlers/contract.ts';
import type { Account } from '../account/account.ts';
import { BackoffError, orAbsent } from '../account/errors.ts';

/** The password of a managed store that a post-queue function connects with; none where there is no such function. */
export async function passwordOfFunction(
  account: Account,
  functionName: string,
): Promise<string | undefined> {
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
  return /^mongodb:\/\/[^:@]+:([^@]+)@/.exec(variables[POST_QUEUE_ENV.storeUri] ?? '')?.[1];
}
