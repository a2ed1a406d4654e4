import { describe, expect, test } from 'vitest';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { resolveNetwork } from '../../../../src/controller/input/resolve-network.ts';
import { FULL_SPEC, type SpecInput } from '../../api/specs.ts';
import { OWNER } from '../../aws/graph/fake-kinds.ts';
import { scripted } from '../../aws/kinds/scripted-account.ts';

const { vpcId, subnetIds, securityGroupIds } = FULL_SPEC.network;
const [first, second] = subnetIds;
const EXTERNAL = { external: { uriSecretRef: { name: 's', key: 'k' } } };

const NONE = { object: 'data', expectedId: '', givenUpId: '' };

async function resolve(spec: SpecInput, volumes: object[] = [], identity = NONE) {
  const { account } = scripted({
    DescribeVolumes: ({ VolumeIds }) => ({ Volumes: VolumeIds ? volumes : [] }),
    DescribeAvailabilityZones: () => ({
      AvailabilityZones: ['a', 'b'].map((letter) => ({
        ZoneName: `eu-central-1${letter}`,
        ZoneType: 'availability-zone',
        State: 'available',
      })),
    }),
    DescribeInstanceTypeOfferings: () => ({ InstanceTypeOfferings: [{ Location: 'eu-central-1b' }] }),
    DescribeSubnets: () => ({
      Subnets: [
        { SubnetId: first, VpcId: vpcId, AvailabilityZone: 'eu-central-1a' },
        { SubnetId: second, VpcId: vpcId, AvailabilityZone: 'eu-central-1b' },
      ],
    }),
  });
  const parsed = webhookPipelineSpec.parse(spec);
  return { network: await resolveNetwork(account, OWNER, parsed, identity) };
}

describe('the network of a pipeline', () => {
  test('is the region’s, in the zone for its host', async () => {
    expect(await resolve({})).toEqual({
      network: {
        vpcId: { $ref: 'given/network', field: 'vpcId' },
        subnetIds: [{ $ref: 'given/network', field: 'eu-central-1b' }],
        securityGroupIds: [],
        host: { zone: 'eu-central-1b', subnetId: { $ref: 'given/network', field: 'eu-central-1b' } },
      },
    });
  });

  test('stays in the zone of the volume that is known, though it is listed without its tags, or not at all', async () => {
    const volume = { VolumeId: 'vol-1', State: 'in-use', AvailabilityZone: 'eu-central-1a' };
    const known = { ...NONE, expectedId: 'vol-1' };
    expect(await resolve({}, [volume], known)).toMatchObject({
      network: { host: { zone: 'eu-central-1a' } },
    });
    expect(await resolve({}, [volume], { ...known, givenUpId: 'vol-1' })).toMatchObject({
      network: { host: { zone: 'eu-central-1b' } },
    });
  });

  test('is the one that it names, with the host where its type is offered', async () => {
    expect(await resolve({ network: FULL_SPEC.network })).toEqual({
      network: { vpcId, subnetIds, securityGroupIds, host: { zone: 'eu-central-1b', subnetId: second } },
    });
  });

  test('is none with an external store, for a function in a VPC has no way out', async () => {
    expect(await resolve({ store: EXTERNAL })).toEqual({ network: undefined });
  });

  test('is the one that it names with an external store too, without a host', async () => {
    expect((await resolve({ store: EXTERNAL, network: FULL_SPEC.network })).network).toEqual({
      vpcId,
      subnetIds,
      securityGroupIds,
    });
  });
});
