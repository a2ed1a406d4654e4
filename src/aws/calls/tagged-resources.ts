import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { paginateGetResources } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Account } from '../account/account.ts';
import type { Tags } from '../object/owner.ts';
import { tagRecord } from '../wire/tags.ts';

/** Something in the account that carries tags, whatever it is. */
export interface TaggedResource {
  readonly arn: string;
  readonly tags: Tags;
}

/** As many as one answer holds. (Resource Groups Tagging API: GetResources.) */
const PAGE = 100;

/**
 * Everything of the region that carries these tags, but for what is IAM's. What was deleted a moment ago may still be
 * there, and what was just made not yet.
 */
export async function taggedResources({ tagging }: Account, tags: Tags): Promise<TaggedResource[]> {
  const TagFilters = Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] }));
  const found: TaggedResource[] = [];
  for await (const { ResourceTagMappingList = [] } of paginateGetResources(
    { client: tagging, pageSize: PAGE },
    { TagFilters },
  )) {
    for (const { ResourceARN = '', Tags } of ResourceTagMappingList)
      found.push({ arn: ResourceARN, tags: tagRecord(Tags) });
  }
  return found;
}

/** Ids of the instances with these tags that have not ended: those that have keep their tags for about an hour. */
export async function liveInstances({ ec2 }: Account, tags: Tags): Promise<Set<string>> {
  const Filters = [
    ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
    { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
  ];
  const ids = new Set<string>();
  for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2 }, { Filters })) {
    for (const { InstanceId = '' } of Reservations.flatMap(({ Instances }) => Instances ?? []))
      ids.add(InstanceId);
  }
  return ids;
}
