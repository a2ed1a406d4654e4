import {
  DeleteFunctionCommand,
  type FunctionConfiguration,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda';
import type { Account } from '../account/account.ts';
import { isInUse, orAbsent, orGone } from '../account/errors.ts';

/**
 * Deletes those versions of a function for which `isOld` says so; a function that is not there has none. One that an alias
 * leads to stays: Lambda refuses to delete it. (Lambda API: DeleteFunction.)
 */
export async function deleteVersions(
  account: Account,
  functionName: string,
  isOld: (version: FunctionConfiguration) => boolean,
): Promise<void> {
  for (const version of await versionsOf(account, functionName)) {
    const { Version: Qualifier } = version;
    if (Qualifier === undefined || Qualifier === '$LATEST' || !isOld(version)) continue;
    const deletion = account.lambda.send(
      new DeleteFunctionCommand({ FunctionName: functionName, Qualifier }),
    );
    await orGone(deletion).catch((error: unknown) => {
      if (!isInUse(error)) throw error;
    });
  }
}

async function versionsOf(account: Account, FunctionName: string): Promise<FunctionConfiguration[]> {
  const read = async () => {
    const all: FunctionConfiguration[] = [];
    for await (const { Versions = [] } of paginateListVersionsByFunction(
      { client: account.lambda },
      { FunctionName },
    ))
      all.push(...Versions);
    return all;
  };
  return (await orAbsent(read())) ?? [];
}
