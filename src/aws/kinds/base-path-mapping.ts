import {
  CreateBasePathMappingCommand,
  DeleteBasePathMappingCommand,
  GetRestApiCommand,
  UpdateBasePathMappingCommand,
} from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, TerminalError, unlessThere } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import type { Owner } from '../object/owner.ts';
import { changeMappings, listMappings, type Mapping, toBasePath } from './base-path-mappings.ts';
import { listDomainNames } from './domain-name.ts';
import { gatewayIds } from './rest-api.ts';

export interface BasePathMappingDesired extends Mapping {
  readonly domainName: string;
}

type Details = BasePathMappingDesired;

const actual = (domainName: string, mapping: Mapping): Actual<Details> => ({
  id: `${domainName}/${mapping.basePath}`,
  tags: undefined,
  state: READY,
  outputs: {},
  details: { ...mapping, domainName },
});

/** A base path that leads elsewhere stays as it is, unless what it led to is gone. */
async function checkFree(account: Account, owner: Owner, { domainName, basePath, restApiId }: Details) {
  if ((await gatewayIds(account, owner)).includes(restApiId)) return;
  if (!(await orAbsent(account.apiGateway.send(new GetRestApiCommand({ restApiId }))))) return;
  throw new TerminalError(
    'BasePathTaken',
    `the base path ${toBasePath(basePath)} of ${domainName} leads to the API ${restApiId}, which is not the operator's: remove that mapping, or set another basePath in operator.domains (NAMI_DOMAINS)`,
  );
}

/** A base path of a domain name, and the gateway that it leads to. It is ours by both. */
export const basePathMapping = defineKind<BasePathMappingDesired, Details>({
  removal: 3,
  shared: true,
  async find(account, { domainName, basePath }) {
    const found = (await listMappings(account, domainName)).find((each) => each.basePath === basePath);
    return found && actual(domainName, found);
  },
  async owned(account, owner) {
    const domains = await listDomainNames(account, owner);
    if (domains.length === 0) return [];
    const gateways = await gatewayIds(account, owner);
    const all = await Promise.all(
      domains.map(async ({ id }) => (await listMappings(account, id)).map((each) => actual(id, each))),
    );
    return all.flat().filter(({ details }) => gateways.includes(details.restApiId));
  },
  compare: ({ details }, { restApiId, stage }) => differing(details, { restApiId, stage }),
  async create(account, desired) {
    const { domainName, basePath, restApiId, stage } = desired;
    const command = new CreateBasePathMappingCommand({
      domainName,
      basePath: toBasePath(basePath),
      restApiId,
      stage,
    });
    await changeMappings(account, domainName, () => unlessThere(account.apiGateway.send(command)));
    return actual(domainName, desired);
  },
  async update(account, { domainName, basePath, restApiId, stage }, { details }, owner) {
    await checkFree(account, owner, details);
    const command = new UpdateBasePathMappingCommand({
      domainName,
      basePath: toBasePath(basePath),
      patchOperations: [
        { op: 'replace', path: '/restapiId', value: restApiId },
        { op: 'replace', path: '/stage', value: stage },
      ],
    });
    await changeMappings(account, domainName, () => account.apiGateway.send(command));
  },
  async remove(account, { details: { domainName, basePath } }) {
    const command = new DeleteBasePathMappingCommand({ domainName, basePath: toBasePath(basePath) });
    await changeMappings(account, domainName, () => orGone(account.apiGateway.send(command)));
  },
});
