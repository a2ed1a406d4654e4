import {
  CreateTagsCommand,
  DeleteTagsCommand,
  type Filter,
  type ResourceType,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { type Owner, TAGS, type Tags } from '../object/owner.ts';
import { tagList, tagWords } from './tags.ts';

/** EC2 objects have ids that AWS gives: they are found by their tags. */

/** Finds what an owner has; with `object`, that one object of it. */
export function ownerFilters(owner: Owner, object?: string): Filter[] {
  const tags = { ...owner.identity, ...(object !== undefined && { [TAGS.object]: object }) };
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}

/** Finds what the owners of a cluster have. */
export const clusterFilters = ({ identity }: Owner): Filter[] => [
  { Name: `tag:${TAGS.cluster}`, Values: [identity[TAGS.cluster] ?? ''] },
];

/** Tags from the first moment on; `Name` is what the AWS console shows, unless another is wanted. */
export function tagged(type: ResourceType, owner: Owner, tags: Tags): TagSpecification[] {
  return [{ ResourceType: type, Tags: tagList({ Name: `${owner.prefix}-${tags[TAGS.object]}`, ...tags }) }];
}

/** What a human types to give an object these tags. */
export function tagCommand({ region }: Account, id: string, tags: Tags): string {
  return `aws ec2 create-tags --region ${region} --resources ${id} --tags ${tagWords(tags)}`;
}

export async function tagEc2(account: Account, { id }: { readonly id: string }, tags: Tags): Promise<void> {
  await account.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(tags) }));
}

export async function untagEc2(
  account: Account,
  { id }: { readonly id: string },
  keys: readonly string[],
): Promise<void> {
  const Tags = keys.map((Key) => ({ Key }));
  await account.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags }));
}
