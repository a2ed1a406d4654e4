import {
  CreateDomainNameCommand,
  DeleteDomainNameCommand,
  type DomainName,
  GetDomainNameCommand,
  type PatchOperation,
  paginateGetDomainNames,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { BackoffError, isAlreadyExists, orAbsent, orGone, RequeueAfter } from '../account/errors.ts';
import { type Actual, pending, READY, type State } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { carries, type Owner, TAGS } from '../object/owner.ts';
import { listMappings } from './base-path-mappings.ts';
import { tagGatewayObject, untagGatewayObject } from './rest-api.ts';

export interface DomainNameDesired {
  readonly name: string;
  /** Of a certificate of ACM in the same region. */
  readonly certificateArn: string;
}

type Details = {
  readonly certificateArn: string;
  readonly isTlsOld: boolean;
  /** What AWS says of a certificate that it can't use. */
  readonly failure: string | undefined;
};

/** TLS 1.2 or later. */
const SECURITY_POLICY = 'TLS_1_2';
const OLD_POLICY = 'TLS_1_0';

function stateOf({ domainNameStatus = 'AVAILABLE', domainNameStatusMessage = '' }: DomainName): State {
  if (domainNameStatus === 'AVAILABLE' || domainNameStatus === 'FAILED') return READY;
  const words = `is ${domainNameStatus} ${domainNameStatusMessage}`.trim();
  // With its earlier certificate it goes on.
  return { ...pending(words, 5), ...(domainNameStatus === 'UPDATING' && { serves: true }) };
}

const actual = (found: DomainName): Actual<Details> => ({
  id: found.domainName ?? '',
  tags: found.tags ?? {},
  state: stateOf(found),
  outputs: {
    name: found.domainName ?? '',
    target: found.regionalDomainName ?? '',
    targetZoneId: found.regionalHostedZoneId ?? '',
  },
  details: {
    certificateArn: found.regionalCertificateArn ?? '',
    isTlsOld: found.securityPolicy === OLD_POLICY,
    failure:
      found.domainNameStatus === 'FAILED' ? (found.domainNameStatusMessage ?? 'it has failed') : undefined,
  },
});

/** One domain name, whoever's it is. */
export async function findDomainName(account: Account, name: string): Promise<Actual<Details> | undefined> {
  const found = await orAbsent(account.apiGateway.send(new GetDomainNameCommand({ domainName: name })));
  return found?.domainName === undefined ? undefined : actual(found);
}

const LIST = 'domain names';

/** Domain names that a region's pipelines share; no pipeline has one of its own. */
export async function listDomainNames(account: Account, { identity }: Owner): Promise<Actual<Details>[]> {
  if (!(TAGS.shared in identity)) return [];
  const found = await account.inventory.read(LIST, 1, async function* () {
    const pages = paginateGetDomainNames({ client: account.apiGateway, pageSize: 500 }, {});
    for await (const { items = [] } of pages) yield* items.map(actual);
  });
  return found.filter(({ tags = {} }) => carries(tags, identity));
}

/**
 * AWS takes one such call in half a minute, and a certificate that it refuses must hold up nothing else: the call waits
 * for its turn outside, and what the last one came to is told meanwhile.
 */
async function ask<T>(
  account: Account,
  command: string,
  { name, certificateArn }: DomainNameDesired,
  call: () => Promise<T>,
): Promise<T> {
  const { attempts } = account;
  const key = `${command} ${name}`;
  if (!attempts.isDue(command, command)) {
    const last = attempts.errorOf(key, certificateArn);
    if (last) throw last;
    throw new RequeueAfter(15, 'waits for its turn: AWS takes one change of a domain name in half a minute');
  }
  attempts.end(command);
  attempts.note(command, command);
  try {
    const answer = await account.inventory.change(LIST, call);
    attempts.end(key);
    return answer;
  } catch (error) {
    attempts.note(key, certificateArn, error);
    throw error;
  }
}

/** A domain name of the gateway, with a certificate: the URL of its endpoints outlives any REST API. */
export const domainName = defineKind<DomainNameDesired, Details>({
  removal: 4,
  shared: true,
  find: (account, { name }) => findDomainName(account, name),
  byId: findDomainName,
  owned: (account, owner) => listDomainNames(account, owner),
  compare: ({ details }, { certificateArn }) => [
    ...differing(details, { certificateArn, isTlsOld: false }),
    ...(details.failure === undefined ? [] : ['failure']),
  ],
  async create(account, desired, tags) {
    const made = await ask(account, 'CreateDomainName', desired, () => createOne(account, desired, tags));
    return { ...actual(made), tags };
  },
  async update(account, desired, { details }) {
    const { name: domainName, certificateArn } = desired;
    const patchOperations: PatchOperation[] = [
      { op: 'replace', path: '/regionalCertificateArn', value: certificateArn },
      ...(details.isTlsOld
        ? [{ op: 'replace' as const, path: '/securityPolicy', value: SECURITY_POLICY }]
        : []),
    ];
    await ask(account, 'UpdateDomainName', desired, () =>
      account.apiGateway.send(new UpdateDomainNameCommand({ domainName, patchOperations })),
    );
  },
  async remove(account, { id }) {
    const [mapping] = await listMappings(account, id);
    if (mapping) {
      throw new BackoffError(
        'StillMapped',
        `the domain name ${id} still has the base path ${mapping.basePath || '(none)'}, which leads to the API ${mapping.restApiId}: remove that mapping if nothing needs it`,
      );
    }
    await account.inventory.change(LIST, () =>
      orGone(account.apiGateway.send(new DeleteDomainNameCommand({ domainName: id }))),
    );
  },
  async tag(account, { id }, tags) {
    await account.inventory.change(LIST, () => tagGatewayObject(account, `/domainnames/${id}`, tags));
  },
  async untag(account, { id }, keys) {
    await account.inventory.change(LIST, () => untagGatewayObject(account, `/domainnames/${id}`, keys));
  },
});

async function createOne(
  account: Account,
  { name, certificateArn }: DomainNameDesired,
  tags: Readonly<Record<string, string>>,
): Promise<DomainName> {
  try {
    return await account.apiGateway.send(
      new CreateDomainNameCommand({
        domainName: name,
        regionalCertificateArn: certificateArn,
        securityPolicy: SECURITY_POLICY,
        endpointConfiguration: { types: ['REGIONAL'] },
        tags: { ...tags },
      }),
    );
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    if (await findDomainName(account, name)) throw new RequeueAfter(1, 'is there already', { cause: error });
    throw new BackoffError(
      'DomainTaken',
      `another AWS account has the domain name ${name} in ${account.region}: have it removed there, or take it out of operator.domains (NAMI_DOMAINS)`,
      { cause: error },
    );
  }
}
