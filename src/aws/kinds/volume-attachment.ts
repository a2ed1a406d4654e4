import {
  AttachVolumeCommand,
  DescribeVolumesCommand,
  type Volume,
  type VolumeAttachment,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orAbsent, unlessThere } from '../account/errors.ts';
import { surveyVolumes } from '../calls/expected-volume.ts';
import { type Actual, pending, READY } from '../object/actual.ts';
import { defineKind } from '../object/kind.ts';

export interface VolumeAttachmentDesired {
  readonly volumeId: string;
  readonly instanceId: string;
  /** Name that EC2 wants; the host finds the volume by its id, since Nitro renames devices. */
  readonly device: string;
}

function actual(
  { region }: Account,
  { volumeId, instanceId }: VolumeAttachmentDesired,
  { InstanceId, State }: VolumeAttachment,
): Actual<null> {
  const isHere = InstanceId === instanceId;
  const elsewhere = `is still attached to ${InstanceId}: if that lasts, end what writes to it there, and detach it with: aws ec2 detach-volume --region ${region} --volume-id ${volumeId}`;
  const state = isHere && State === 'attached' ? READY : pending(isHere ? 'is being attached' : elsewhere, 3);
  return { id: `${volumeId}:${instanceId}`, tags: undefined, state, outputs: {}, details: null };
}

function attachmentOf(
  account: Account,
  volume: Volume | undefined,
  desired: VolumeAttachmentDesired,
): Actual<null> | undefined {
  const attachment = volume?.Attachments?.find((each) => each.State !== 'detached');
  return attachment && actual(account, desired, attachment);
}

/** Brings the volume to the host; it ends with the instance. */
export const volumeAttachment = defineKind<VolumeAttachmentDesired, null>({
  removal: 'vanishes',
  async find(account, desired) {
    const found = await orAbsent(
      account.ec2.send(new DescribeVolumesCommand({ VolumeIds: [desired.volumeId] })),
    );
    return attachmentOf(account, found?.Volumes?.[0], desired);
  },
  async glance(account, desired, owner) {
    const volumes = await surveyVolumes(account, owner);
    const found = attachmentOf(account, volumes?.byId.get(desired.volumeId), desired);
    return volumes && found && { actual: found, at: volumes.at };
  },
  owned: async () => [],
  compare: () => [],
  async create(account, desired) {
    const { volumeId: VolumeId, instanceId: InstanceId, device: Device } = desired;
    const made = await unlessThere(
      account.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device })),
    );
    return actual(account, desired, { ...made, InstanceId });
  },
  async update() {},
  async remove() {},
});
