import {
  DescribeVolumesCommand,
  type Filter,
  paginateDescribeVolumes,
  type Volume,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orAbsent, TerminalError } from '../account/errors.ts';
import { type OwnedListing, type OwnedSurvey, survey } from '../account/survey.ts';
import { carries, type Owner, ownerKey, TAGS, type Tags } from '../object/owner.ts';
import { clusterFilters, ownerFilters, tagCommand } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

const idOf = ({ VolumeId = '' }: Volume) => VolumeId;

/** Which volume a pipeline's events are on. */
export interface VolumeIdentity {
  /** Which of its owner's volumes: the tag `nami.dev/object`. */
  readonly object: string;
  /** The volume that held the events so far; empty: none is known. */
  readonly expectedId: string;
  /** A volume that the user gives up, so that it counts no more; empty: none. */
  readonly givenUpId: string;
}

/** The volumes that carry these tags, the oldest first. */
export async function listVolumes(account: Account, filters: Filter[]): Promise<Volume[]> {
  const found: Volume[] = [];
  for await (const page of paginateDescribeVolumes({ client: account.ec2 }, { Filters: filters })) {
    found.push(...(page.Volumes ?? []).filter(isThere));
  }
  const age = ({ CreateTime }: Volume) => CreateTime?.getTime() ?? 0;
  return found.sort((a, b) => age(a) - age(b) || idOf(a).localeCompare(idOf(b)));
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
  const ours = await listOurs(account, owner, wanted);
  if (!isKnown(wanted)) return ours[0];
  const others = ours.filter((volume) => idOf(volume) !== expectedId);
  const known = ours.find((volume) => idOf(volume) === expectedId) ?? (await volumeById(account, expectedId));
  const tags = { ...owner.identity, [TAGS.object]: object };
  if (known) {
    if (carries(tagRecord(known.Tags), tags)) return known;
    throw tagsLost(account, expectedId, tags, others[0]);
  }
  // Whoever restores a snapshot and gives it these tags means it to be the one.
  const restored = others.find(isRestored);
  if (restored) return restored;
  throw gone(account, expectedId, tags, others[0]);
}

/** A volume as far as it says where a host is to be, and whether it may hold anything. */
export interface VolumePlace {
  readonly id: string;
  readonly zone: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  /** It was made from a snapshot. */
  readonly isRestored: boolean;
}

/** Where the volume is, whatever is wrong with it; nothing where there is none so far. */
export async function whereVolumeIs(
  account: Account,
  owner: Owner,
  wanted: VolumeIdentity,
): Promise<VolumePlace | undefined> {
  const look = isKnown(wanted)
    ? () => knownVolume(account, owner, wanted)
    : async () => (await listOurs(account, owner, wanted))[0];
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

const placeName = ({ prefix }: Owner, { object, expectedId, givenUpId }: VolumeIdentity): string =>
  `place of the volume ${object} of ${prefix}, known as ${expectedId}, not ${givenUpId}`;

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
    madeAt: volume.CreateTime?.getTime() ?? 0,
    isRestored: isRestored(volume),
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
  const restore = `restore it from a snapshot and tag the new volume with: ${tagCommand(account, '<its id>', tags)}`;
  const instead = other
    ? `to go on with ${idOf(other)}, which carries the tags`
    : 'to begin with an empty one';
  return new TerminalError(
    'VolumeGone',
    `the volume ${id} with the events is not there any more: ${restore}; or annotate the pipeline with nami.dev/replace-volume=${id} ${instead}`,
  );
}
