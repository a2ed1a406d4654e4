import type { WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { type VolumeIdentity, whereVolumeIs } from '../../aws/calls/expected-volume.ts';
import { chooseZone, existingSubnets } from '../../aws/calls/placement.ts';
import { given } from '../../aws/graph/graph.ts';
import type { Owner } from '../../aws/object/owner.ts';
import type { Network } from '../../plan/input.ts';

/**
 * The network of a pipeline: the one it names, or the region's shared one. None with an external store, unless one is
 * named: a function in a VPC has no way to the internet. The host goes where the volume is.
 */
export async function resolveNetwork(
  account: Account,
  owner: Owner,
  { network, store }: WebhookPipelineSpec,
  volumeIdentity: VolumeIdentity,
): Promise<Network | undefined> {
  const { managed } = store;
  const types = managed && [managed.instanceType, ...(managed.fallbackInstanceTypes ?? [])];
  const volume = managed && (await whereVolumeIs(account, owner, volumeIdentity));
  if (network) {
    const subnets = await existingSubnets(account, network.vpcId, network.subnetIds);
    const zone =
      types &&
      (await chooseZone(
        account,
        volume,
        types,
        subnets.map((subnet) => subnet.zone),
      ));
    const home = subnets.find((subnet) => subnet.zone === zone);
    return {
      vpcId: network.vpcId,
      subnetIds: network.subnetIds,
      securityGroupIds: network.securityGroupIds ?? [],
      ...(home && { host: { zone: home.zone, subnetId: home.id } }),
    };
  }
  if (!types) return undefined;
  const zone = await chooseZone(account, volume, types);
  const subnetId = given('network', zone);
  return {
    vpcId: given('network', 'vpcId'),
    subnetIds: [subnetId],
    securityGroupIds: [],
    host: { zone, subnetId },
  };
}
