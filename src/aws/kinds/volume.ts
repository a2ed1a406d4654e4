import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  ModifyVolumeCommand,
  type Volume,
  type VolumeType,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { isChangedLately, orGone, TerminalError } from '../account/errors.ts';
import {
  beganWith,
  changePlace,
  expectedVolume,
  isKnown,
  listVolumes,
  markFormer,
  surveyVolumes,
  unmarkedFormer,
  type VolumeIdentity,
  volumeById,
} from '../calls/expected-volume.ts';
import { awaitLastSnapshot } from '../calls/last-snapshot.ts';
import { isShort, waitForNextChange } from '../calls/volume-change.ts';
import { marksIn, marksOn, snapshotToRestore, volumeToAdopt } from '../calls/volume-origin.ts';
import { type Actual, leaving, pending, READY, type State } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { fingerprint } from '../object/fingerprint.ts';
import { defineKind } from '../object/kind.ts';
import { type Owner, TAGS, type Tags } from '../object/owner.ts';
import { ownerFilters, tagEc2, tagged, untagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

export interface VolumeDesired extends VolumeIdentity {
  /** Availability zone; a volume never leaves its own, so it counts only when one is made. */
  readonly zone: string;
  readonly sizeGiB: number;
  readonly type: 'gp3' | 'io2';
  readonly iops: number;
  /** MiB a second; only gp3 has a choice of it. */
  readonly throughput?: number | undefined;
}

/** Milliseconds for which the same wish is the same volume; long after it tags tell that there is one. */
const TOKEN_WINDOW = 600_000;

type Details = {
  readonly sizeGiB: number;
  readonly type: string;
  readonly iops: number;
  readonly throughput: number | undefined;
  /** That it was made from; empty: from none. */
  readonly snapshotId: string;
  /** The volume whose place it has taken, where that does not bear it yet. */
  readonly former?: string | undefined;
};

/** How it differs where its events should have begun with something else. */
const ORIGIN = 'what it begins with';
const FORMER = 'the volume before it';

function stateOf({ State }: Volume): State {
  switch (State) {
    case 'creating':
      return pending('is being created', 2);
    case 'deleting':
      return leaving('is being deleted', 1);
    case 'available':
    case 'in-use':
      return READY;
    case 'error':
      return pending('could not be made, often for a KMS key: delete it in AWS, and it is made anew', 30);
    default:
      return pending('AWS does not say how it is', 1);
  }
}

const actual = (volume: Volume, madeFrom = ''): Actual<Details> => ({
  id: volume.VolumeId ?? '',
  tags: tagRecord(volume.Tags),
  state: stateOf(volume),
  outputs: { id: volume.VolumeId ?? '', zone: volume.AvailabilityZone ?? '', madeFrom },
  details: {
    sizeGiB: volume.Size ?? 0,
    type: volume.VolumeType ?? '',
    iops: volume.Iops ?? 0,
    throughput: volume.Throughput,
    snapshotId: volume.SnapshotId ?? '',
  },
});

const withMarks = async (account: Account, volume: Volume): Promise<Actual<Details>> =>
  actual(volume, await marksOn(account, volume));

const comparable = ({ sizeGiB, type, iops, throughput }: VolumeDesired) => ({
  sizeGiB,
  type,
  iops,
  ...(throughput !== undefined && { throughput }),
});

const isOther = (id: string, { snapshotId }: Details, { origin }: VolumeDesired): boolean =>
  origin !== undefined && !beganWith(id, snapshotId, origin);

function notReplaced(id: string, { origin = { volumeId: '' } }: VolumeDesired): TerminalError {
  const [[field, value] = []] = Object.entries(origin);
  return new TerminalError(
    'VolumeNotReplaced',
    `the events are on ${id}, and go on there: to give them up for ${value} annotate the pipeline with nami.dev/replace-volume=${id}; or take store.managed.volume.${field} out`,
  );
}

/** The data of the store. It is an object of its own and outlives every host. */
export const volume = defineKind<VolumeDesired, Details>({
  removal: 70,
  leavesCopy: true,
  async find(account, desired, owner) {
    const { origin } = desired;
    const found =
      (await expectedVolume(account, owner, desired)) ??
      (origin && 'volumeId' in origin && (await volumeToAdopt(account, owner, origin.volumeId)));
    if (!found) return undefined;
    const marked = await withMarks(account, found);
    const former = await unmarkedFormer(account, owner, desired);
    return { ...marked, details: { ...marked.details, former } };
  },
  async glance(account, desired, owner) {
    if (!isKnown(desired)) return undefined;
    const volumes = await surveyVolumes(account, owner);
    const found = volumes?.byId.get(desired.expectedId);
    return volumes && found && { actual: await withMarks(account, found), at: volumes.at };
  },
  async glanceIds(account, owner) {
    return (await surveyVolumes(account, owner))?.of(owner).flatMap(({ VolumeId }) => VolumeId ?? []);
  },
  async byId(account, id) {
    const found = await volumeById(account, id);
    return found && actual(found);
  },
  owned: async (account, owner) =>
    (await listVolumes(account, ownerFilters(owner))).map((each) => actual(each)),
  compare({ id, details }, desired) {
    // A volume that was made larger in AWS stays so: EBS volumes never shrink.
    const wanted = { ...desired, sizeGiB: Math.max(desired.sizeGiB, details.sizeGiB) };
    return [
      ...(isOther(id, details, desired) ? [ORIGIN] : []),
      ...(details.former === undefined ? [] : [FORMER]),
      ...differing(details, comparable(wanted)),
    ];
  },
  async create(account, desired, wantedTags, owner) {
    const { source, madeFrom } = await sourceFor(account, owner, desired);
    const tags: Tags = { ...wantedTags, ...(madeFrom !== '' && { [TAGS.madeFrom]: madeFrom }) };
    const command = new CreateVolumeCommand({
      ...source,
      AvailabilityZone: desired.zone,
      Size: desired.sizeGiB,
      VolumeType: desired.type as VolumeType,
      Encrypted: true,
      Iops: desired.iops,
      Throughput: desired.throughput,
      TagSpecifications: tagged('volume', owner, tags),
      // A lost answer is asked for again with the same token, and names the same volume. The window lets a volume
      // that was deleted since then be made anew.
      ClientToken: fingerprint([owner.uid, desired, Math.floor(account.clock.now() / TOKEN_WINDOW)]),
    });
    const made = await changePlace(account, owner, desired, () => account.ec2.send(command));
    const former = await unmarkedFormer(account, owner, desired);
    if (former !== undefined) await markFormer(account, former, desired);
    return { ...actual(made, madeFrom), tags };
  },
  async update(account, desired, { id, tags, outputs, details }) {
    if (isOther(id, details, desired)) throw notReplaced(id, desired);
    if (details.former !== undefined) {
      await markFormer(account, details.former, desired);
      return { id, tags, state: READY, outputs, details: { ...details, former: undefined } };
    }
    const wish = fingerprint(comparable(desired));
    if (!account.attempts.isDue(id, wish)) throw account.attempts.errorOf(id, wish);
    try {
      await account.ec2.send(
        new ModifyVolumeCommand({
          VolumeId: id,
          Size: Math.max(desired.sizeGiB, details.sizeGiB),
          VolumeType: desired.type as VolumeType,
          Iops: desired.iops,
          Throughput: desired.throughput,
        }),
      );
    } catch (error) {
      const refusal = isChangedLately(error) ? await waitForNextChange(account, id, error) : error;
      if (!isShort(refusal)) account.attempts.note(id, wish, refusal);
      throw refusal;
    }
    account.attempts.end(id);
    return undefined;
  },
  async remove(account, actual, owner) {
    const { id, tags, state } = actual;
    // What was never made holds nothing.
    if (tags?.[TAGS.reclaimPolicy] === 'Snapshot' && state.is === 'ready')
      await awaitLastSnapshot(account, owner, actual);
    await orGone(account.ec2.send(new DeleteVolumeCommand({ VolumeId: id })));
  },
  tag: tagEc2,
  untag: untagEc2,
});

/** What a volume is made from, and the marks that its file system may bear. */
async function sourceFor(account: Account, owner: Owner, { origin, sizeGiB }: VolumeDesired) {
  if (!origin || !('snapshotId' in origin)) return { source: {}, madeFrom: '' };
  const snapshot = await snapshotToRestore(account, owner, origin.snapshotId);
  if (snapshot.sizeGiB > sizeGiB) {
    throw new TerminalError(
      'SnapshotInvalid',
      `the snapshot ${snapshot.id} is of a volume of ${snapshot.sizeGiB} GiB: raise store.managed.volume.sizeGiB to that at least`,
    );
  }
  return { source: { SnapshotId: snapshot.id }, madeFrom: marksIn(snapshot) };
}
