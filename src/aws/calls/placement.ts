import { DescribeAvailabilityZonesCommand, paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { TerminalError } from '../account/errors.ts';
import { describeSubnets } from './subnets.ts';

/** A subnet that exists already. */
export interface ExistingSubnet {
  readonly id: string;
  readonly zone: string;
}

/** Zones barely change. */
const OFFERINGS_SECONDS = 3600;

/**
 * Zones in which Lambda has no interfaces, by id: their names differ from account to account. ("The provided subnets
 * contain availability zone Lambda doesn't support": eksctl-io/eksctl#4734, keboola/developer-portal#81.)
 */
const WITHOUT_LAMBDA: ReadonlySet<string> = new Set(['use1-az3']);

/** Zones that are open to the account and take Lambda's interfaces; Local and Wavelength Zones don't. */
async function usableZones(account: Account): Promise<ReadonlySet<string>> {
  const zones = await account.inventory.read('zones', OFFERINGS_SECONDS, async function* () {
    const { AvailabilityZones } = await account.ec2.send(new DescribeAvailabilityZonesCommand({}));
    yield* AvailabilityZones ?? [];
  });
  const usable = zones.filter(
    ({ State, ZoneType, ZoneId = '' }) =>
      State === 'available' && ZoneType === 'availability-zone' && !WITHOUT_LAMBDA.has(ZoneId),
  );
  const names = usable.flatMap(({ ZoneName }) => ZoneName ?? []);
  return new Set(names.filter((name) => !account.zonesWithoutLambda.has(name)));
}

/** The zones that offer an instance type, in alphabetical order; not every zone offers every type. */
export async function zonesOffering(account: Account, instanceType: string): Promise<string[]> {
  return await account.inventory.read(`offerings ${instanceType}`, OFFERINGS_SECONDS, async function* () {
    const Filters = [{ Name: 'instance-type', Values: [instanceType] }];
    const pages = await Array.fromAsync(
      paginateDescribeInstanceTypeOfferings(
        { client: account.ec2 },
        { LocationType: 'availability-zone', Filters },
      ),
    );
    const offerings = pages.flatMap(({ InstanceTypeOfferings = [] }) => InstanceTypeOfferings);
    yield* offerings.flatMap(({ Location }) => Location ?? []).sort();
  });
}

/**
 * The zone for a host. Its volume pins it, once there is one; else it is the first of `among` (any zone that Lambda
 * reaches, without it) that offers the most of the instance types, the first of them above all.
 */
export async function chooseZone(
  account: Account,
  volume: { readonly id: string; readonly zone: string } | undefined,
  instanceTypes: readonly string[],
  among?: readonly string[],
): Promise<string> {
  if (volume) {
    const { id, zone } = volume;
    if (!among || among.includes(zone)) return zone;
    throw new TerminalError(
      'VolumeInOtherZone',
      `the volume ${id} is in ${zone}, and the subnets of spec.network.subnetIds are in ${[...new Set(among)].join(', ')}: add a subnet in that zone`,
    );
  }
  const offers = await Promise.all(instanceTypes.map((type) => zonesOffering(account, type)));
  const usable = await usableZones(account);
  const candidates = (offers[0] ?? []).filter((zone) => usable.has(zone) && (among?.includes(zone) ?? true));
  const offered = (zone: string) => offers.filter((zones) => zones.includes(zone)).length;
  const ordered = among ? among.filter((zone) => candidates.includes(zone)) : candidates;
  const [best] = [...ordered].sort((a, b) => offered(b) - offered(a));
  if (best === undefined) {
    const where = among
      ? `the zones of spec.network.subnetIds (${among.join(', ')})`
      : `any zone of ${account.region}`;
    throw new TerminalError(
      'InstanceTypeNotOffered',
      `AWS does not offer ${instanceTypes[0]} in ${where}, as far as Lambda reaches it: choose another store.managed.instanceType${among ? ' or other subnets' : ''}`,
    );
  }
  return best;
}

/** The subnets that the user names, in that order. Fails when one is missing or elsewhere. */
export async function existingSubnets(
  account: Account,
  vpcId: string,
  ids: readonly string[],
): Promise<ExistingSubnet[]> {
  const found = await describeSubnets(account, [{ Name: 'subnet-id', Values: [...ids] }]);
  return ids.map((id) => {
    const subnet = found.find(({ SubnetId }) => SubnetId === id);
    if (!subnet || subnet.VpcId !== vpcId) {
      throw new TerminalError(
        'SubnetNotFound',
        `the subnet ${id} is not in ${vpcId} in ${account.region}: correct spec.network`,
      );
    }
    return { id, zone: subnet.AvailabilityZone ?? '' };
  });
}
