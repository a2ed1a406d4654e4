import type {
  AttachVolumeRequest,
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumesModificationsRequest,
  DescribeVolumesRequest,
  ModifyVolumeRequest,
} from '@aws-sdk/client-ec2';
import { rfc3339 } from '../../../src/clock.ts';
import { AwsError } from './aws-error.ts';
import { filtered } from './ec2-filters.ts';
import type { Ec2Instances } from './ec2-instances.ts';
import { pageOf } from './pages.ts';
import type { Operations, Surroundings } from './service.ts';
import { type Moment, Table } from './table.ts';
import { type Tags, tagsOf, toTagList } from './tags.ts';

type Quality = Pick<Volume, 'sizeGiB' | 'type' | 'iops' | 'throughput'>;

/** An EBS volume. Milliseconds since the epoch. */
export interface Volume {
  readonly id: string;
  readonly tags: Tags;
  readonly zone: string;
  readonly sizeGiB: number;
  readonly type: string;
  readonly iops: number;
  /** MiB a second; of gp3 alone. */
  readonly throughput?: number | undefined;
  readonly madeAt: number;
  /** That it was made from. */
  readonly snapshotId?: string;
  readonly isUnencrypted?: true;
  /** The last change, and when those that count began. */
  readonly change?: { readonly from: Quality; readonly begun: readonly number[] };
  readonly attachment?:
    | { readonly instanceId: string; readonly device: string; readonly at: number }
    | undefined;
}

const GP3_IOPS = 3000;
const GP3_THROUGHPUT = 125;
/** Changes of one volume within the time that AWS gives. (Amazon EC2 API: ModifyVolume.) */
const CHANGES = 4;

/** The volumes of Amazon EC2. Errors as in the EC2 API Reference, "Error codes". */
export class Ec2Volumes {
  readonly volumes: Table<Volume>;
  /** The snapshot that a volume is to be made from. */
  snapshotFor: (id: string) => { readonly sizeGiB: number } = (id) => {
    throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
  };
  readonly #around: Surroundings;
  readonly #moment: Moment;
  readonly #machines: Ec2Instances;
  readonly #tokens = new Map<string, { readonly id: string; readonly parameters: string }>();

  constructor(around: Surroundings, moment: Moment, machines: Ec2Instances) {
    this.#around = around;
    this.#moment = moment;
    this.#machines = machines;
    this.volumes = new Table(moment);
  }

  /** The instance that a volume is attached to, or about to be; it ends with the instance. */
  attachmentOf({
    attachment,
  }: Volume): { readonly instanceId: string; readonly isDone: boolean } | undefined {
    if (!attachment || !this.#machines.isThere(this.#machines.instances.get(attachment.instanceId)))
      return undefined;
    const isDone = this.#moment.since(attachment.at) >= this.#around.times.volumeAttaching;
    return { instanceId: attachment.instanceId, isDone };
  }

  /** The volumes that an instance has by now. */
  attachedTo(instanceId: string): Volume[] {
    return this.volumes.filter((volume) => {
      const attachment = this.attachmentOf(volume);
      return attachment?.instanceId === instanceId && attachment.isDone;
    });
  }

  readonly operations: Operations = {
    CreateVolume: (input: CreateVolumeRequest) => {
      const { ClientToken = '', ...rest } = input;
      const parameters = JSON.stringify(rest);
      const earlier = this.#tokens.get(ClientToken);
      if (earlier && earlier.parameters !== parameters) {
        throw new AwsError(
          'IdempotentParameterMismatch',
          'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
        );
      }
      const known = this.volumes.get(earlier?.id);
      if (earlier && !known) throw absent(earlier.id);
      const volume = known ?? this.#create(input);
      if (ClientToken !== '') this.#tokens.set(ClientToken, { id: volume.id, parameters });
      return this.#show(volume);
    },
    DescribeVolumes: ({ Filters, VolumeIds, MaxResults, NextToken }: DescribeVolumesRequest) => {
      const rows = VolumeIds ? VolumeIds.map((id) => this.#require(id)) : this.volumes.values();
      const found = filtered(rows, Filters, { 'volume-id': ({ id }) => [id] });
      const { items, next } = pageOf(found, NextToken, MaxResults ?? 500);
      return {
        Volumes: items.map((volume) => this.#show(volume)),
        ...(next !== undefined && { NextToken: next }),
      };
    },
    ModifyVolume: ({ VolumeId = '', Size, VolumeType, Iops, Throughput }: ModifyVolumeRequest) => {
      const volume = this.#require(VolumeId);
      if ((Size ?? volume.sizeGiB) < volume.sizeGiB)
        throw new AwsError('InvalidParameterValue', 'New size cannot be smaller than existing size');
      if (this.#progressOf(volume) !== 'completed') {
        throw new AwsError(
          'IncorrectModificationState',
          `Volume ${VolumeId} cannot be modified in modification state ${this.#progressOf(volume).toUpperCase()}`,
        );
      }
      const within = this.#around.times.volumeChanges;
      const begun = volume.change?.begun.filter((at) => this.#moment.since(at) < within) ?? [];
      if (begun.length >= CHANGES) {
        throw new AwsError(
          'VolumeModificationRateExceeded',
          `You've reached the maximum modification rate per volume limit. Modify ${VolumeId} again after ${rfc3339((begun[0] ?? 0) + within * 1000)}.`,
        );
      }
      const wanted = qualityOf({
        sizeGiB: Size ?? volume.sizeGiB,
        type: VolumeType ?? volume.type,
        iops: Iops ?? volume.iops,
        throughput: Throughput ?? volume.throughput,
      });
      const { sizeGiB, type, iops, throughput } = volume;
      const change = { from: { sizeGiB, type, iops, throughput }, begun: [...begun, this.#moment.now] };
      this.volumes.change(VolumeId, { ...wanted, change });
      return { VolumeModification: this.#showChange({ ...volume, ...wanted, change }) };
    },
    DescribeVolumesModifications: ({ VolumeIds = [] }: DescribeVolumesModificationsRequest) => ({
      VolumesModifications: VolumeIds.map((id) => {
        const volume = this.#require(id);
        if (!volume.change)
          throw new AwsError(
            'InvalidVolumeModification.NotFound',
            `Modification for volume '${id}' does not exist.`,
          );
        return this.#showChange(volume);
      }),
    }),
    AttachVolume: ({ VolumeId = '', InstanceId = '', Device = '' }: AttachVolumeRequest) => {
      const volume = this.#require(VolumeId);
      const instance = this.#machines.instances.get(InstanceId);
      if (!instance || !this.#machines.isThere(instance))
        throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${InstanceId}' does not exist`);
      if (this.attachmentOf(volume))
        throw new AwsError('VolumeInUse', `${VolumeId} is already attached to an instance`);
      if (this.#machines.stateOf(instance) !== 'running')
        throw new AwsError('IncorrectState', `Instance '${InstanceId}' is not 'running'.`);
      if (this.#isCreating(volume)) throw new AwsError('IncorrectState', `${VolumeId} is not 'available'.`);
      if (volume.zone !== instance.zone) {
        throw new AwsError(
          'InvalidVolume.ZoneMismatch',
          `The volume '${VolumeId}' is not in the same availability zone as instance '${InstanceId}'`,
        );
      }
      this.volumes.change(VolumeId, {
        attachment: { instanceId: InstanceId, device: Device, at: this.#moment.now },
      });
      return { State: 'attaching' };
    },
    DeleteVolume: ({ VolumeId = '' }: DeleteVolumeRequest) => {
      if (this.attachmentOf(this.#require(VolumeId)))
        throw new AwsError('VolumeInUse', `Volume ${VolumeId} is currently attached`);
      this.volumes.delete(VolumeId);
      return {};
    },
  };

  #create({
    AvailabilityZone = '',
    Size = 0,
    VolumeType = 'gp2',
    Iops = GP3_IOPS,
    Throughput,
    SnapshotId,
    TagSpecifications,
  }: CreateVolumeRequest): Volume {
    if (SnapshotId !== undefined && this.snapshotFor(SnapshotId).sizeGiB > Size)
      throw new AwsError('InvalidParameterValue', 'Volume size cannot be smaller than the snapshot size');
    const id = this.#around.newId('vol');
    return this.volumes.set(id, {
      id,
      tags: tagsOf(TagSpecifications, 'volume'),
      zone: AvailabilityZone,
      ...qualityOf({ sizeGiB: Size, type: VolumeType, iops: Iops, throughput: Throughput }),
      madeAt: this.#moment.now,
      ...(SnapshotId !== undefined && { snapshotId: SnapshotId }),
    });
  }

  #require(id: string): Volume {
    const volume = this.volumes.get(id);
    if (!volume) throw absent(id);
    return volume;
  }

  #isCreating({ madeAt }: Volume): boolean {
    return this.#moment.since(madeAt) < this.#around.times.volumeCreating;
  }

  #progressOf({ change }: Volume): 'modifying' | 'optimizing' | 'completed' {
    const { volumeModifying, volumeOptimizing } = this.#around.times;
    const seconds = this.#moment.since(change?.begun.at(-1) ?? 0);
    if (seconds < volumeModifying) return 'modifying';
    return seconds < volumeModifying + volumeOptimizing ? 'optimizing' : 'completed';
  }

  #showChange(volume: Volume) {
    const state = this.#progressOf(volume);
    return {
      VolumeId: volume.id,
      ModificationState: state,
      Progress: state === 'completed' ? 100 : 0,
      StartTime: new Date(volume.change?.begun.at(-1) ?? 0),
      TargetSize: volume.sizeGiB,
      TargetVolumeType: volume.type,
      TargetIops: volume.iops,
    };
  }

  #show(volume: Volume) {
    const { id, zone, madeAt, tags, snapshotId = '', isUnencrypted = false } = volume;
    const isChanging = this.#progressOf(volume) === 'modifying';
    const { sizeGiB, type, iops, throughput } = (isChanging && volume.change?.from) || volume;
    const attachment = this.attachmentOf(volume);
    const free = this.#isCreating(volume) ? 'creating' : 'available';
    return {
      VolumeId: id,
      AvailabilityZone: zone,
      Size: sizeGiB,
      VolumeType: type,
      Iops: iops,
      ...(throughput !== undefined && { Throughput: throughput }),
      SnapshotId: snapshotId,
      Encrypted: !isUnencrypted,
      CreateTime: new Date(madeAt),
      State: attachment ? 'in-use' : free,
      Attachments: attachment
        ? [
            {
              InstanceId: attachment.instanceId,
              VolumeId: id,
              State: attachment.isDone ? 'attached' : 'attaching',
            },
          ]
        : [],
      Tags: toTagList(tags),
    };
  }
}

/** A volume as AWS takes it. (Amazon EC2 API: CreateVolume, Iops and Throughput.) */
function qualityOf({ sizeGiB, type, iops, throughput }: Quality): Quality {
  const perGiB = type === 'gp3' ? 500 : 1000;
  if (iops > GP3_IOPS && iops > sizeGiB * perGiB) {
    throw new AwsError(
      'InvalidParameterValue',
      `Iops to volume size ratio of ${iops / sizeGiB} is too high; maximum is ${perGiB} iops per GiB`,
    );
  }
  if (type !== 'gp3') return { sizeGiB, type, iops, throughput: undefined };
  const mebibytes = throughput ?? GP3_THROUGHPUT;
  if (mebibytes * 4 > iops) {
    throw new AwsError(
      'InvalidParameterValue',
      `Throughput (MiB/s) to iops ratio of ${mebibytes / iops} is too high; maximum is 0.25 MiB/s per iops`,
    );
  }
  return { sizeGiB, type, iops, throughput: mebibytes };
}

const absent = (id: string) => new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
