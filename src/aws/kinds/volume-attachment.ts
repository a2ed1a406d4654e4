import { AttachVolumeCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { orAbsent, orPresent } from '../account/errors.ts';
import { defineKind, pending, READY } from '../object/kind.ts';

export interface VolumeAttachmentDesired {
  readonly volumeId: string;
  readonly instanceId: string;
  /** Name that EC2 wants; the host finds the volume by its id, since Nitro renames devices. */
  readonly device: string;
}

/** Brings the volume to the host; it ends with the instance. */
export const volumeAttachment = defineKind<VolumeAttachmentDesired, null>({
  removal: 20,
  async find(account, { volumeId, instanceId }) {
    const found = await orAbsent(account.ec2.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] })));
    const attachment = found?.Volumes?.[0]?.Attachments?.find((each) => each.State !== 'detached');
    if (!attachment) return undefined;
    const isHere = attachment.InstanceId === instanceId;
    const state =
      isHere && attachment.State === 'attached'
        ? READY
        : pending(isHere ? 'is being attached' : `is still attached to ${attachment.InstanceId}`, 1);
    return { id: `${volumeId}:${instanceId}`, tags: undefined, state, outputs: {}, details: null };
  },
  owned: async () => [],
  compare: () => [],
  async create(account, { volumeId, instanceId, device }) {
    await orPresent(
      account.ec2.send(
        new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: device }),
      ),
    );
  },
  async update() {},
  async remove() {},
});
