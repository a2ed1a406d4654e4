import { paginateGetBasePathMappings } from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { orAbsent } from '../account/errors.ts';

/** What a base path of a domain name leads to. */
export interface Mapping {
  /** Empty: every path that no other mapping has. */
  readonly basePath: string;
  readonly restApiId: string;
  readonly stage: string;
}

/** API Gateway's word for no base path. */
const NONE = '(none)';
export const toBasePath = (basePath: string): string => basePath || NONE;

const listName = (domainName: string) => `base paths ${domainName}`;

/** All mappings of a domain name, whoever's they are; one read serves those who ask in the same moment. */
export async function listMappings(account: Account, domainName: string): Promise<Mapping[]> {
  const pages = paginateGetBasePathMappings({ client: account.apiGateway, pageSize: 500 }, { domainName });
  return await account.inventory.read(listName(domainName), 1, async function* () {
    const all = await orAbsent(Array.fromAsync(pages));
    for (const { items = [] } of all ?? []) {
      for (const { basePath = NONE, restApiId = '', stage = '' } of items)
        yield { basePath: basePath === NONE ? '' : basePath, restApiId, stage };
    }
  });
}

/** Does `work`, which changes them: the next look is a new one. */
export const changeMappings = <T>(account: Account, domainName: string, work: () => Promise<T>): Promise<T> =>
  account.inventory.change(listName(domainName), work);
