import { isDeepStrictEqual } from 'node:util';
import type {
  Change,
  ChangeResourceRecordSetsRequest,
  ListResourceRecordSetsRequest,
  ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { AwsError } from './aws-error.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';

export interface DnsRecord {
  readonly zoneId: string;
  readonly record: ResourceRecordSet;
}

const dotted = (name = '') => (name.endsWith('.') ? name : `${name}.`);

/** A record as it is listed. */
const shownOf = (record: ResourceRecordSet): ResourceRecordSet =>
  record.AliasTarget
    ? { ...record, AliasTarget: { ...record.AliasTarget, DNSName: dotted(record.AliasTarget.DNSName) } }
    : record;

const keyOf = (zoneId: string, { Name, Type, SetIdentifier = '' }: ResourceRecordSet): string =>
  `${zoneId}/${dotted(Name)}/${Type}/${SetIdentifier}`;

/** Amazon Route 53: records of hosted zones. (Route 53 API Reference: ChangeResourceRecordSets.) */
export class Route53 extends Service {
  /** Hosted zones that the account has. */
  readonly zones = new Set<string>();
  readonly records = new Table<DnsRecord>(this.moment);

  readonly operations: Operations = {
    ListResourceRecordSets: ({
      HostedZoneId = '',
      StartRecordName = '',
      MaxItems = 100,
    }: ListResourceRecordSetsRequest) => {
      this.#check(HostedZoneId);
      const all = this.records
        .filter(({ zoneId }) => zoneId === HostedZoneId)
        .map(({ record }) => record)
        .filter(({ Name = '' }) => Name >= dotted(StartRecordName))
        .sort((a, b) => ((a.Name ?? '') < (b.Name ?? '') ? -1 : 1));
      return { ResourceRecordSets: all.slice(0, MaxItems), IsTruncated: all.length > MaxItems };
    },
    ChangeResourceRecordSets: ({ HostedZoneId = '', ChangeBatch }: ChangeResourceRecordSetsRequest) => {
      this.#check(HostedZoneId);
      for (const change of ChangeBatch?.Changes ?? []) this.#change(HostedZoneId, change);
      return { ChangeInfo: { Id: this.around.newId('change'), Status: 'PENDING' } };
    },
  };

  /** What a name leads to. */
  targetOf(name: string): string | undefined {
    const found = this.records.find(({ record }) => record.Name === dotted(name));
    const { AliasTarget, ResourceRecords = [] } = found?.record ?? {};
    return (AliasTarget?.DNSName ?? ResourceRecords[0]?.Value)?.replace(/\.$/, '');
  }

  #change(zoneId: string, { Action, ResourceRecordSet: given }: Change): void {
    const record = { ...(given as ResourceRecordSet), Name: dotted(given?.Name) };
    const key = keyOf(zoneId, record);
    const words = `[name='${record.Name}', type='${record.Type}']`;
    if (Action === 'DELETE') {
      const known = this.records.get(key);
      if (!known) throw invalid(`Tried to delete resource record set ${words} but it was not found`);
      if (!isDeepStrictEqual(known.record, shownOf(record)))
        throw invalid(
          `Tried to delete resource record set ${words} but the values provided do not match the current values`,
        );
      this.records.delete(key);
      return;
    }
    if (Action === 'CREATE' && this.records.has(key))
      throw invalid(`Tried to create resource record set ${words} but it already exists`);
    const isSimple = (each: ResourceRecordSet) => each.SetIdentifier === undefined;
    const conflicts = this.records
      .filter((each) => each.zoneId === zoneId && each.record.Name === record.Name)
      .some(
        (each) =>
          (each.record.Type === record.Type && isSimple(each.record) !== isSimple(record)) ||
          (each.record.Type === 'CNAME') !== (record.Type === 'CNAME'),
      );
    if (conflicts) throw invalid(`RRSet ${words} cannot be created as other RRSets exist with the same name`);
    this.records.set(key, { zoneId, record: shownOf(record) });
  }

  #check(zoneId: string): void {
    if (!this.zones.has(zoneId))
      throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`, 404);
  }
}

const invalid = (message: string) => new AwsError('InvalidChangeBatch', message);
