import { type ParameterHistory, paginateGetParameterHistory } from '@aws-sdk/client-ssm';
import type { Account } from '../account/account.ts';
import { orAbsent } from '../account/errors.ts';

/**
 * What a parameter held at a moment (milliseconds since the epoch; by default now), as a whole; nothing where there is no
 * such parameter. AWS keeps a hundred versions: of what is younger than the moment the oldest is the nearest to it.
 */
export async function secretAt(
  account: Account,
  name: string,
  moment = Number.POSITIVE_INFINITY,
): Promise<string | undefined> {
  const versions = await orAbsent(allVersions(account, name));
  const at = ({ LastModifiedDate }: ParameterHistory) => LastModifiedDate?.getTime() ?? 0;
  const ordered = versions?.toSorted((a, b) => (a.Version ?? 0) - (b.Version ?? 0));
  return (ordered?.findLast((version) => at(version) <= moment) ?? ordered?.[0])?.Value;
}

async function allVersions(account: Account, Name: string): Promise<ParameterHistory[]> {
  const found: ParameterHistory[] = [];
  for await (const page of paginateGetParameterHistory(
    { client: account.ssm },
    { Name, WithDecryption: true },
  ))
    found.push(...(page.Parameters ?? []));
  return found;
}
