import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, TerminalError, unlessThere } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { type Owner, TAGS } from '../object/owner.ts';
import { listDomainNames } from './domain-name.ts';

export interface DnsRecordDesired {
  readonly hostedZoneId: string;
  /** Such as "hooks.example.com". */
  readonly name: string;
  /** What it leads to, and the hosted zone of that: AWS's own. */
  readonly target: string;
  readonly targetZoneId: string;
}

type Details = {
  readonly hostedZoneId: string;
  readonly target: string;
  readonly record: ResourceRecordSet;
};

/** Records of one name that come first in a zone: those of type A are among them. (Route 53: ListResourceRecordSets.) */
const MOST = 100;
const TYPE = 'A';
/** Types that a name has either the record of, or no record of ours. */
const LEADING = new Set(['A', 'AAAA', 'CNAME']);

/** Route 53 ends names with a dot. */
const plain = (name = '') => name.replace(/\.$/, '').toLowerCase();

const targetOf = ({ AliasTarget, ResourceRecords = [] }: ResourceRecordSet): string =>
  plain(AliasTarget?.DNSName ?? ResourceRecords[0]?.Value);

const actual = (hostedZoneId: string, record: ResourceRecordSet): Actual<Details> => ({
  id: `${hostedZoneId}/${plain(record.Name)}`,
  tags: undefined,
  state: READY,
  outputs: {},
  details: {
    hostedZoneId,
    target: targetOf(record),
    record,
  },
});

async function list(account: Account, hostedZoneId: string, name: string): Promise<ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await account.route53.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: hostedZoneId,
      StartRecordName: name,
      StartRecordType: TYPE,
      MaxItems: MOST,
    }),
  );
  return ResourceRecordSets.filter(({ Name, Type = '' }) => plain(Name) === name && LEADING.has(Type));
}

/**
 * A record carries no tags. Ours is weighted, alone of its name, and its set identifier is our name: Route 53 itself takes
 * no such record beside one that is not, and changes none with another identifier. (Route 53: "Weighted routing".)
 */
const isOurs = ({ SetIdentifier, Type }: ResourceRecordSet, { prefix }: Owner) =>
  SetIdentifier === prefix && Type === TYPE;

const recordOf = (
  { name, target, targetZoneId }: DnsRecordDesired,
  { prefix }: Owner,
): ResourceRecordSet => ({
  Name: name,
  Type: TYPE,
  SetIdentifier: prefix,
  Weight: 1,
  AliasTarget: { DNSName: target, HostedZoneId: targetZoneId, EvaluateTargetHealth: false },
});

async function change(account: Account, hostedZoneId: string, made: Change): Promise<void> {
  await account.route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: hostedZoneId, ChangeBatch: { Changes: [made] } }),
  );
}

/** The record by which a domain name leads to the gateway, where the operator may write into its hosted zone. */
export const dnsRecord = defineKind<DnsRecordDesired, Details>({
  removal: 2,
  shared: true,
  async find(account, { hostedZoneId, name, target }, owner) {
    const records = await list(account, hostedZoneId, name);
    const found =
      records.find((each) => isOurs(each, owner)) ??
      // Somebody wrote it before us.
      records.find((each) => targetOf(each) === plain(target));
    if (found) return actual(hostedZoneId, found);
    const [other] = records;
    if (!other) return undefined;
    throw new TerminalError(
      'RecordTaken',
      `the hosted zone ${hostedZoneId} has a record ${other.Type} for ${name} that leads to ${targetOf(other)} and is not the operator's: point it to ${target} yourself, or remove it`,
    );
  },
  async owned(account, owner) {
    const places = (await listDomainNames(account, owner)).flatMap(({ id, tags = {} }) =>
      Object.keys(tags)
        .filter((key) => key.startsWith(TAGS.hostedZone))
        .map((key) => ({ name: id, hostedZoneId: key.slice(TAGS.hostedZone.length) })),
    );
    const found = await Promise.all(
      places.map(async ({ name, hostedZoneId }) => {
        const records = (await orAbsent(list(account, hostedZoneId, name))) ?? [];
        return records.filter((each) => isOurs(each, owner)).map((each) => actual(hostedZoneId, each));
      }),
    );
    return found.flat();
  },
  compare: ({ details }, { target }) => differing(details, { target: plain(target) }),
  async create(account, desired, _, owner) {
    const record = recordOf(desired, owner);
    await unlessThere(change(account, desired.hostedZoneId, { Action: 'CREATE', ResourceRecordSet: record }));
    return actual(desired.hostedZoneId, record);
  },
  update: (account, desired, _, owner) =>
    change(account, desired.hostedZoneId, { Action: 'UPSERT', ResourceRecordSet: recordOf(desired, owner) }),
  async remove(account, { details: { hostedZoneId, record } }) {
    await orGone(change(account, hostedZoneId, { Action: 'DELETE', ResourceRecordSet: record }));
  },
});
