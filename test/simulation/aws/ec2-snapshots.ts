import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from './aws-error.ts';
import { filtered } from './ec2-filters.ts';
import type { Ec2Volumes } from './ec2-volumes.ts';
import { pageOf } from './pages.ts';
import type { Operations, Surroundings } from './service.ts';
import { type Moment, Table } from './table.ts';
import { type Tags, tagsOf, toTagList } from './tags.ts';

/** An EBS snapshot. Milliseconds since the epoch. */
export interface Snapshot {
  readonly id: string;
  readonly tags: Tags;
  readonly volumeId: string;
  readonly sizeGiB: number;
  readonly startedAt: number;
  /** Why it failed, where it did. */
  readonly failure?: string;
  /** The account that has it, where that is another. */
  readonly accountId?: string;
}

/** The snapshots of Amazon EC2. Errors as in the EC2 API Reference, "Error codes". */
export class Ec2Snapshots {
  readonly snapshots: Table<Snapshot>;
  /** Why those that are begun from now on fail; absent: they don't. */
  failure: string | undefined;
  /** Told of each that is begun: it shows its volume as it is at that moment. */
  onBegun: (snapshot: Snapshot) => void = () => {};
  readonly #around: Surroundings;
  readonly #moment: Moment;
  readonly #disks: Ec2Volumes;

  constructor(around: Surroundings, moment: Moment, disks: Ec2Volumes) {
    this.#around = around;
    this.#moment = moment;
    this.#disks = disks;
    this.snapshots = new Table(moment);
    disks.snapshotFor = (id) => {
      const snapshot = this.#require(id);
      if (this.stateOf(snapshot) !== 'completed')
        throw new AwsError('IncorrectState', `Snapshot is in invalid state - ${this.stateOf(snapshot)}`);
      return snapshot;
    };
  }

  stateOf({ startedAt, failure }: Snapshot): 'pending' | 'completed' | 'error' {
    if (this.#moment.since(startedAt) < this.#around.times.snapshotPending) return 'pending';
    return failure === undefined ? 'completed' : 'error';
  }

  readonly operations: Operations = {
    CreateSnapshot: ({ VolumeId = '', TagSpecifications }: CreateSnapshotRequest) => {
      const volume = this.#disks.volumes.get(VolumeId);
      if (!volume) throw new AwsError('InvalidVolume.NotFound', `The volume '${VolumeId}' does not exist.`);
      const others = this.snapshots.filter(({ volumeId }) => volumeId === VolumeId);
      const pause = this.#around.times.snapshotPause;
      if (others.some(({ startedAt }) => this.#moment.since(startedAt) < pause)) {
        throw new AwsError(
          'SnapshotCreationPerVolumeRateExceeded',
          'The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.',
        );
      }
      const id = this.#around.newId('snap');
      const snapshot = this.snapshots.set(id, {
        id,
        tags: tagsOf(TagSpecifications, 'snapshot'),
        volumeId: VolumeId,
        sizeGiB: volume.sizeGiB,
        startedAt: this.#moment.now,
        ...(this.failure !== undefined && { failure: this.failure }),
      });
      this.onBegun(snapshot);
      return this.#show(snapshot);
    },
    DescribeSnapshots: ({
      Filters,
      SnapshotIds,
      OwnerIds,
      MaxResults,
      NextToken,
    }: DescribeSnapshotsRequest) => {
      const rows = SnapshotIds ? SnapshotIds.map((id) => this.#require(id)) : this.snapshots.values();
      const isOwn = ({ accountId }: Snapshot) => accountId === undefined || !OwnerIds?.includes('self');
      const found = filtered(rows, Filters).filter(isOwn);
      const { items, next } = pageOf(found, NextToken, MaxResults ?? 1000);
      return {
        Snapshots: items.map((snapshot) => this.#show(snapshot)),
        ...(next !== undefined && { NextToken: next }),
      };
    },
    DeleteSnapshot: ({ SnapshotId = '' }: DeleteSnapshotRequest) => {
      this.#require(SnapshotId);
      this.snapshots.delete(SnapshotId);
      return {};
    },
  };

  #require(id: string): Snapshot {
    const snapshot = this.snapshots.get(id);
    if (!snapshot) throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
    return snapshot;
  }

  #show(snapshot: Snapshot) {
    const { id, volumeId, sizeGiB, startedAt, failure, tags, accountId } = snapshot;
    const state = this.stateOf(snapshot);
    return {
      SnapshotId: id,
      VolumeId: volumeId,
      VolumeSize: sizeGiB,
      StartTime: new Date(startedAt),
      State: state,
      Progress: state === 'completed' ? '100%' : '0%',
      ...(state === 'error' && { StateMessage: failure }),
      Encrypted: true,
      OwnerId: accountId ?? this.#around.accountId,
      Tags: toTagList(tags),
    };
  }
}
