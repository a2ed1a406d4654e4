import type { WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { chooseZone, existingSubnets } from '../../aws/calls/placement.ts';
import { given } from '../../aws/graph/graph.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { DATA_VOLUME } from '../../plan/identity.ts';
import type { Network } from '../../plan/input.ts';

/**
 * The network of a pipeline: the one it names, or the region's shared one. None with an external store, unless one is
 * named: a function in a VPC has no way to the internet.
 */
export async function resolveNetwork(
  account: Account,
  owner: Owner,
  { network, store }: WebhookPipelineSpec,
): Promise<Network | undefined> {
  const { managed } = store;
  const types = managed && [managed.instanceType, ...(managed.fallbackInstanceTypes ?? [])];
  if (network) {
    const subnets = await existingSubnets(account, network.vpcId, network.subnetIds);
    const zone =
      types &&
      (await chooseZone(
        account,
        owner,
        DATA_VOLUME,
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
  const zone = await chooseZone(account, owner, DATA_VOLUME, types);
  const subnetId = given('network', zone);
  return {
    vpcId: given('network', 'vpcId'),
    subnetIds: [subnetId],
    securityGroupIds: [],
    host: { zone, subnetId },
  };
}
