import { type Graph, type GraphNode, nodeKey, ref } from '../aws/graph/graph.ts';

/** Subnets of the shared network: one for each zone in use, by the zone's place in the alphabet. */
const SUBNET_BITS = 4;

/** The n-th of 16 equal parts of an IPv4 range, such as ("10.77.0.0/16", 2) → "10.77.32.0/20". */
export function subnetCidr(cidr: string, index: number): string {
  const [address = '', length = ''] = cidr.split('/');
  const bits = Number(length) + SUBNET_BITS;
  const base = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const start = base + index * 2 ** (32 - bits);
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${octets.join('.')}/${bits}`;
}

/** The shared network, with a public subnet in each of `zones`; the hosts are those that are known to stand in it. */
export function planNetwork(cidr: string, zones: readonly string[], hostIds: readonly string[] = []): Graph {
  if (zones.length === 0) return [];
  const vpcId = ref('Vpc', 'network', 'id');
  return [
    { kind: 'Vpc', id: 'network', part: 'Store', desired: { cidr, hostIds }, wish: { cidr } },
    { kind: 'InternetGateway', id: 'network', part: 'Store', desired: { vpcId } },
    ...zones.map(
      (zone): GraphNode => ({
        kind: 'Subnet',
        id: zone,
        part: 'Store',
        desired: {
          vpcId,
          zone,
          cidr: subnetCidr(cidr, zone.charCodeAt(zone.length - 1) - 'a'.charCodeAt(0)),
        },
      }),
    ),
    {
      kind: 'RouteTable',
      id: 'network',
      part: 'Store',
      after: zones.map((zone) => nodeKey('Subnet', zone)),
      desired: {
        vpcId,
        internetGatewayId: ref('InternetGateway', 'network', 'id'),
        subnetIds: zones.map((zone) => ref('Subnet', zone, 'id')),
      },
    },
  ];
}
