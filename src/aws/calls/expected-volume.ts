import {
  DescribeVolumesCommand,
  type Filter,
  paginateDescribeVolumes,
  type Volume,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orAbsent, TerminalError } from '../account/errors.ts';
import { type OwnedListing, type OwnedSurvey, survey } from '../account/survey.ts';
import { handOver } from '../object/hand-over.ts';
import { carries, type Owner, ownerKey, TAGS, type Tags } from '../object/owner.ts';
import { clusterFilters, ownerFilters, tagCommand, tagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

/** What has not this form is none: ids stand in what a host runs as root, and AWS is not asked for others. */
export const VOLUME_ID = /^vol-[0-9a-f]{8,17}$/;

const idOf = ({ VolumeId = '' }: Volume) => VolumeId;

/** What the events of a pipeline are to begin with: a volume from that snapshot, or that volume. */
export type VolumeOrigin = { readonly snapshotId: string } | { readonly volumeId: string };

/** Which volume a pipeline's events are on. */
export interface VolumeIdentity {
  /** Which of its owner's volumes: the tag `nami.dev/object`. */
  readonly object: string;
  /** The volume that held the events so far; empty: none is known. */
  readonly expectedId: string;
  /** A volume that the user gives up, so that it counts no more; empty: none. */
  readonly givenUpId: string;
  /** Absent: with nothing. */
  readonly origin?: VolumeOrigin | undefined;
}

/** The volumes that carry these tags, the oldest first. */
export async function listVolumes(account: Account, filters: Filter[]): Promise<Volume[]> {
  const found: Volume[] = [];
  for await (const page of paginateDescribeVolumes({ client: account.ec2 }, { Filters: filters })) {
    found.push(...(page.Volumes ?? []).filter(isThere));
  }
  return found.sort((a, b) => madeAt(a) - madeAt(b) || idOf(a).localeCompare(idOf(b)));
}

/**
 * The volume with the events. Once one is known it is never silently another: TerminalError `VolumeTagsLost` or
 * `VolumeGone` says how to go on. None only where none is known, or where the known one is given up.
 */
export async function expectedVolume(
  account: Account,
  owner: Owner,
  wanted: VolumeIdentity,
): Promise<Volume | undefined> {
  const { object, expectedId } = wanted;
  if (!isKnown(wanted)) return await chosenOf(account, owner, wanted);
  const ours = await listOurs(account, owner, wanted);
  const others = ours.filter((volume) => idOf(volume) !== expectedId);
  const known = ours.find((volume) => idOf(volume) === expectedId) ?? (await volumeById(account, expectedId));
  const tags = { ...owner.identity, [TAGS.object]: object };
  if (known) {
    const found = tagRecord(known.Tags);
    // Its tags are put back where it was handed over.
    if (carries(found, tags) || carries(found, handOver(owner))) return known;
    throw tagsLost(account, expectedId, tags, others[0]);
  }
  // Whoever restores a snapshot and gives it these tags means it to be the one.
  const restored = others.find(isRestored);
  if (restored) return restored;
  throw gone(account, expectedId, tags, others[0]);
}

/** The one with the events among what the owner has, where none is known; else the known one, if its owner has it. */
export async function ownVolume(
  account: Account,
  owner: Owner,
  wanted: VolumeIdentity,
): Promise<Volume | undefined> {
  return isKnown(wanted) ? await knownVolume(account, owner, wanted) : await chosenOf(account, owner, wanted);
}

/**
 * The oldest, unless there is something to begin with: then the one that did. What was given up on the way to that, or
 * before, is none.
 */
async function chosenOf(
  account: Account,
  owner: Owner,
  { object, givenUpId, origin }: VolumeIdentity,
): Promise<Volume | undefined> {
  const all = await listVolumes(account, ownerFilters(owner, object));
  const others = all.filter((volume) => idOf(volume) !== givenUpId);
  if (!origin) return others[0];
  const [begun] = all.filter((volume) => idOf(volume) === givenUpId).map(madeAt);
  const isMeant = (volume: Volume) => madeAt(volume) >= (begun ?? 0) || 'volumeId' in origin;
  const found = others.find(
    (volume) => beganWith(idOf(volume), volume.SnapshotId, origin) && isMeant(volume),
  );
  return found ?? (givenUpId === '' ? others[0] : undefined);
}

/** Which of its owner's volumes one is that was given up: it is chosen no more, unless it is asked for by its id. */
const formerObject = (object: string) => `former-${object}`;

/** The volume that was given up, where it does not bear that yet; nothing where none was, or it is gone or another's. */
export async function unmarkedFormer(
  account: Account,
  { identity }: Owner,
  { object, givenUpId }: VolumeIdentity,
): Promise<string | undefined> {
  const found = VOLUME_ID.test(givenUpId) ? await volumeById(account, givenUpId) : undefined;
  return found && carries(tagRecord(found.Tags), { ...identity, [TAGS.object]: object })
    ? givenUpId
    : undefined;
}

/** Lets a volume that was given up bear that, once another is there in its place. */
export const markFormer = (account: Account, id: string, { object }: VolumeIdentity): Promise<void> =>
  tagEc2(account, { id }, { [TAGS.object]: formerObject(object) });

/** Whether a volume is what the events are to begin with, or was made from that. */
export const beganWith = (id: string, snapshotId: string | undefined, origin: VolumeOrigin): boolean =>
  'volumeId' in origin ? id === origin.volumeId : snapshotId === origin.snapshotId;

const volumeToBeTaken = async (account: Account, { origin }: VolumeIdentity): Promise<Volume | undefined> =>
  origin && 'volumeId' in origin ? await volumeById(account, origin.volumeId) : undefined;

const madeAt = ({ CreateTime }: Volume): number => CreateTime?.getTime() ?? 0;

/** A volume as far as it says where a host is to be, and whether it may hold anything. */
export interface VolumePlace {
  readonly id: string;
  readonly zone: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  /** It was made from a snapshot, or was another's: whoever made it may have written to it. */
  readonly mayHoldEvents: boolean;
}

/** Where the volume is, whatever is wrong with it; nothing where there is none so far. */
export async function whereVolumeIs(
  account: Account,
  owner: Owner,
  wanted: VolumeIdentity,
): Promise<VolumePlace | undefined> {
  const look = isKnown(wanted)
    ? () => knownVolume(account, owner, wanted)
    : async () => (await chosenOf(account, owner, wanted)) ?? (await volumeToBeTaken(account, wanted));
  const name = placeName(owner, wanted);
  const [place] = await account.inventory.read(name, PLACES_SECONDS, async function* () {
    yield placeOf(await look());
  });
  return place;
}

/** Does `work`, by which one is made: the next question where it is is a new one. */
export const changePlace = <T>(
  account: Account,
  owner: Owner,
  wanted: VolumeIdentity,
  work: () => Promise<T>,
): Promise<T> => account.inventory.change(placeName(owner, wanted), work);

const placeName = ({ prefix }: Owner, { object, expectedId, givenUpId, origin }: VolumeIdentity): string =>
  `place of the volume ${object} of ${prefix}, known as ${expectedId}, not ${givenUpId}, from ${Object.values(origin ?? {})}`;

/** By the list of all, where it stands there already; else by its owner's, by its id, and last whatever the owner has. */
async function knownVolume(
  account: Account,
  owner: Owner,
  wanted: VolumeIdentity,
): Promise<Volume | undefined> {
  const listed = (await surveyVolumes(account, owner))?.byId.get(wanted.expectedId);
  if (listed) return listed;
  const ours = await listOurs(account, owner, wanted);
  return (
    ours.find((volume) => idOf(volume) === wanted.expectedId) ??
    (await volumeById(account, wanted.expectedId)) ??
    ours[0]
  );
}

const placeOf = (volume: Volume | undefined): VolumePlace | undefined =>
  volume && {
    id: idOf(volume),
    zone: volume.AvailabilityZone ?? '',
    madeAt: madeAt(volume),
    mayHoldEvents: isRestored(volume) || TAGS.adoptableBy in tagRecord(volume.Tags),
  };

/** Seconds for which it is believed where a volume is, and one list tells that to all pipelines: they never move. */
const PLACES_SECONDS = 60;

const VOLUMES: OwnedListing<Volume> = {
  name: 'volumes',
  async *load(account, owner) {
    yield* await listVolumes(account, clusterFilters(owner));
  },
  idOf,
  ownerOf: ({ Tags }) => ownerKey(tagRecord(Tags)),
  keyOf: ({ identity }) => ownerKey(identity),
};

/** The volumes of everybody, as one list shows them. */
export const surveyVolumes = (account: Account, owner: Owner): Promise<OwnedSurvey<Volume> | undefined> =>
  survey(account, owner, VOLUMES);

/** Whether there is a volume that no other may silently take the place of. */
export const isKnown = ({ expectedId, givenUpId }: VolumeIdentity): boolean =>
  expectedId !== '' && expectedId !== givenUpId;

async function listOurs(
  account: Account,
  owner: Owner,
  { object, givenUpId }: VolumeIdentity,
): Promise<Volume[]> {
  const ours = await listVolumes(account, ownerFilters(owner, object));
  return ours.filter((volume) => idOf(volume) !== givenUpId);
}

/** The volume with this id, whoever's it is. */
export async function volumeById(account: Account, id: string): Promise<Volume | undefined> {
  const found = await orAbsent(account.ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] })));
  return found?.Volumes?.find((volume) => idOf(volume) === id && isThere(volume));
}

const isThere = ({ State }: Volume) => State !== 'deleted';
const isRestored = ({ SnapshotId }: Volume) => SnapshotId !== undefined && SnapshotId !== '';

function tagsLost(account: Account, id: string, tags: Tags, other: Volume | undefined): TerminalError {
  const command = tagCommand(account, id, tags);
  return new TerminalError(
    'VolumeTagsLost',
    other
      ? `the volume ${id} with the events has lost its tags, and ${idOf(other)} carries them: take them off that one or delete it, and put them back with: ${command}`
      : `the volume ${id} with the events has lost its tags: put them back with: ${command}`,
  );
}

function gone(account: Account, id: string, tags: Tags, other: Volume | undefined): TerminalError {
  const instead = other
    ? `to go on with ${idOf(other)}, which carries the tags`
    : 'to begin with an empty one';
  return new TerminalError(
    'VolumeGone',
    `the volume ${id} with the events is not there any more: restore it from a snapshot, named in store.managed.volume.snapshotId, by the annotation nami.dev/replace-volume=${id}, or go on with a volume of yours by: ${tagCommand(account, '<its id>', tags)}; or annotate the pipeline with nami.dev/replace-volume=${id} ${instead}`,
  );
}
