import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type Filter,
  type Snapshot as Found,
  paginateDescribeSnapshots,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone } from '../account/errors.ts';
import { type OwnedListing, survey } from '../account/survey.ts';
import { isOurs, type Owner, ownerKey, TAGS, type Tags } from '../object/owner.ts';
import { clusterFilters, ownerFilters, tagged } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

/**
 * Copies of a volume, at one moment each. They are no objects of a graph: nothing that a graph does not want takes them
 * for unwanted.
 */

/** Of those that are taken on a schedule: the tag `nami.dev/object`. */
export const SCHEDULED = 'snapshot';

/** Seconds that their list may lag behind: what is not listed counts as not taken when it is not seen for so long. */
export const LAG_SECONDS = 30;

/** What one needs to read a snapshot is found by these, and to restore one that was taken before a host has marked it. */
const KEPT_TAGS: readonly string[] = [TAGS.credentials, TAGS.madeFrom];

export interface Snapshot {
  readonly id: string;
  readonly volumeId: string;
  /** The AWS account that has it. */
  readonly accountId: string;
  readonly sizeGiB: number;
  /** Which of its owner's: the tag `nami.dev/object`. */
  readonly object: string;
  readonly tags: Tags;
  /** When it was begun, which is the moment that it shows; milliseconds since the epoch. */
  readonly at: number;
  /** AWS's word: "pending", "completed", "error" and others. */
  readonly state: string;
  /** As AWS says it, such as "37%". */
  readonly progress: string;
  /** Why it failed, where AWS says so. */
  readonly why: string;
}

const snapshotOf = (found: Found): Snapshot => {
  const tags = tagRecord(found.Tags);
  return {
    id: found.SnapshotId ?? '',
    volumeId: found.VolumeId ?? '',
    accountId: found.OwnerId ?? '',
    sizeGiB: found.VolumeSize ?? 0,
    object: tags[TAGS.object] ?? '',
    tags,
    at: found.StartTime?.getTime() ?? 0,
    state: found.State ?? '',
    progress: found.Progress ?? '',
    why: found.StateMessage ?? '',
  };
};

async function* listed(account: Account, filters: Filter[]): AsyncIterable<Snapshot> {
  const pages = paginateDescribeSnapshots({ client: account.ec2 }, { OwnerIds: ['self'], Filters: filters });
  for await (const { Snapshots = [] } of pages) yield* Snapshots.map(snapshotOf);
}

const SNAPSHOTS: OwnedListing<Snapshot> = {
  name: 'snapshots',
  load: (account, owner) => listed(account, clusterFilters(owner)),
  idOf: ({ id }) => id,
  ownerOf: ({ tags }) => ownerKey(tags),
  keyOf: ({ identity }) => ownerKey(identity),
};

/** What one list shows an owner to have, read once for all pipelines; it may lag. Nothing where AWS does not give it. */
export async function glanceSnapshots(
  account: Account,
  owner: Owner,
): Promise<readonly Snapshot[] | undefined> {
  const all = await survey(account, owner, SNAPSHOTS);
  return all?.of(owner).filter(({ tags }) => isOurs(tags, owner));
}

/** What an owner has, looked for by itself. */
export async function snapshotsOf(account: Account, owner: Owner): Promise<Snapshot[]> {
  const all = await Array.fromAsync(listed(account, ownerFilters(owner)));
  return all.filter(({ tags }) => isOurs(tags, owner));
}

/** The snapshot with this id, whoever's it is. */
export async function snapshotById(account: Account, id: string): Promise<Snapshot | undefined> {
  const found = await orAbsent(account.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] })));
  return found?.Snapshots?.map(snapshotOf).find((each) => each.id === id);
}

/** Begins one, which keeps what it needs of its volume's tags. AWS makes two where it is asked twice: it is never repeated for a lost answer. */
export async function takeSnapshot(
  account: Account,
  owner: Owner,
  volume: { readonly id: string; readonly tags?: Tags | undefined },
  object: string,
): Promise<Snapshot> {
  const kept = Object.entries(volume.tags ?? {}).filter(
    ([key, value]) => KEPT_TAGS.includes(key) && value !== '',
  );
  const all = { ...owner.identity, ...owner.tags, ...Object.fromEntries(kept), [TAGS.object]: object };
  const { identity } = owner;
  const made = await account.once.ec2.send(
    new CreateSnapshotCommand({
      VolumeId: volume.id,
      Description: `Nami: the store of ${identity[TAGS.namespace]}/${identity[TAGS.name]}`,
      TagSpecifications: tagged('snapshot', owner, all),
    }),
  );
  return { ...snapshotOf(made), tags: all, object };
}

export async function removeSnapshot(account: Account, { id }: Pick<Snapshot, 'id'>): Promise<void> {
  await orGone(account.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id })));
}
