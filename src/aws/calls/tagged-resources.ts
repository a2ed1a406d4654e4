import { paginateGetResources } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Account } from '../account/account.ts';
import { isSpareTime } from '../account/spare-time.ts';
import { isSurveyed, type OwnedListing, survey, surveyedAt } from '../account/survey.ts';
import { type Owner, ownerKey, TAGS, type Tags } from '../object/owner.ts';
import { tagRecord } from '../wire/tags.ts';
import { describeInstances } from './instances.ts';

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
  const texts = new Map<string, string>();
  for await (const { ResourceTagMappingList = [] } of paginateGetResources(
    { client: tagging, pageSize: PAGE },
    { TagFilters },
  )) {
    for (const { ResourceARN = '', Tags } of ResourceTagMappingList)
      found.push({ arn: ResourceARN.replace(/:\*$/, ''), tags: eachOnce(tagRecord(Tags), texts) });
  }
  return found;
}

/** The same tags, of whose texts each is in memory once: of thousands of objects most say the same. */
function eachOnce(tags: Tags, texts: Map<string, string>): Tags {
  for (const text of Object.values(tags)) if (!texts.has(text)) texts.set(text, text);
  return Object.fromEntries(Object.entries(tags).map(([key, text]) => [key, texts.get(text) ?? text]));
}

const TAGGED: OwnedListing<TaggedResource> = {
  name: 'tagged resources',
  async *load(account, { identity }) {
    yield* await taggedResources(account, { [TAGS.cluster]: identity[TAGS.cluster] ?? '' });
  },
  idOf: ({ arn }) => arn,
  ownerOf: ({ tags }) => ownerKey(tags),
  keyOf: ({ identity }) => ownerKey(identity),
};

/** When the list of all that is tagged was asked for, if it still serves; milliseconds since the epoch. */
export const tagsSeenAt = (account: Account, owner: Owner): number | undefined =>
  surveyedAt(account, owner, TAGGED);

/** The tags of an object as the list of all that is tagged shows them, and when that was asked for. */
export async function glanceTags(
  account: Account,
  owner: Owner,
  arn: string,
): Promise<{ readonly tags: Tags; readonly at: number } | undefined> {
  const tagged = await survey(account, owner, TAGGED);
  const found = tagged?.byId.get(arn);
  return tagged && found && { tags: found.tags, at: tagged.at };
}

/** What follows `start` in the ARNs of an owner's objects, such as the names of its queues; likewise. */
export async function glanceNames(
  account: Account,
  owner: Owner,
  start: string,
): Promise<readonly string[] | undefined> {
  const tagged = await taggedOf(account, owner);
  return tagged?.flatMap(({ arn }) => (arn.startsWith(start) ? arn.slice(start.length) : []));
}

/** What one owner has. Where somebody waits for it, the list of everybody's would take too long with hundreds of them. */
async function taggedOf(account: Account, owner: Owner): Promise<readonly TaggedResource[] | undefined> {
  if (isSpareTime() || isSurveyed(account, owner, TAGGED))
    return (await survey(account, owner, TAGGED))?.of(owner);
  const own = await survey(account, owner, {
    name: `tagged resources of ${owner.prefix}`,
    async *load() {
      yield* await taggedResources(account, owner.identity);
    },
    idOf: ({ arn }) => arn,
  });
  return own && [...own.byId.values()];
}

/** What the ARNs of a service's regional objects begin with. */
export const arnStart = ({ partition, region, accountId }: Account, service: string, type: string): string =>
  `arn:${partition}:${service}:${region}:${accountId}:${type}`;

/** Ids of the instances with these tags that have not ended: those that have keep their tags for about an hour. */
export async function liveInstances(account: Account, tags: Tags): Promise<Set<string>> {
  const Filters = [
    ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
    { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
  ];
  const found = await describeInstances(account, { Filters });
  return new Set(found.flatMap(({ InstanceId }) => InstanceId ?? []));
}
