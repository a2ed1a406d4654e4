import { describe, expect, test } from 'vitest';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { resolveNetwork } from '../../../../src/controller/input/resolve-network.ts';
import { FULL_SPEC, type SpecInput } from '../../api/specs.ts';
import { OWNER } from '../../aws/graph/fake-kinds.ts';
import { scripted } from '../../aws/kinds/scripted-account.ts';

const { vpcId, subnetIds, securityGroupIds } = FULL_SPEC.network;
const [first, second] = subnetIds;
const EXTERNAL = { external: { uriSecretRef: { name: 's', key: 'k' } } };

async function resolve(spec: SpecInput) {
  const { account } = scripted({
    DescribeVolumes: () => ({ Volumes: [] }),
    DescribeInstanceTypeOfferings: () => ({ InstanceTypeOfferings: [{ Location: 'b' }] }),
    DescribeSubnets: () => ({
      Subnets: [
        { SubnetId: first, VpcId: vpcId, AvailabilityZone: 'a' },
        { SubnetId: second, VpcId: vpcId, AvailabilityZone: 'b' },
      ],
    }),
  });
  const parsed = webhookPipelineSpec.parse(spec);
  return { network: await resolveNetwork(account, OWNER, parsed) };
}

describe('the network of a pipeline', () => {
  test('is the region’s, in the zone for its host', async () => {
    expect(await resolve({})).toEqual({
      network: {
        vpcId: { $ref: 'given/network', field: 'vpcId' },
        subnetIds: [{ $ref: 'given/network', field: 'b' }],
        securityGroupIds: [],
        host: { zone: 'b', subnetId: { $ref: 'given/network', field: 'b' } },
      },
    });
  });

  test('is the one that it names, with the host where its type is offered', async () => {
    expect(await resolve({ network: FULL_SPEC.network })).toEqual({
      network: { vpcId, subnetIds, securityGroupIds, host: { zone: 'b', subnetId: second } },
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
