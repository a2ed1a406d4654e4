import { STORE_DEFAULTS } from '../api/store-defaults.ts';
import type { VolumeIdentity } from '../aws/calls/expected-volume.ts';
import { type Graph, join, nodeKey, ref } from '../aws/graph/graph.ts';
import type { InstanceDesired } from '../aws/kinds/instance.ts';
import type { Ingress } from '../aws/kinds/security-group.ts';
import { uriParts } from '../aws/object/managed-store-uri.ts';
import { type Owner, TAGS } from '../aws/object/owner.ts';
import type { Unresolved } from '../aws/object/unresolved.ts';
import { DATA_VOLUME, functionName } from './identity.ts';
import type { PlanInput } from './input.ts';
import { canonicalRange } from './ipv4-range.ts';
import { partitionOf } from './partition.ts';
import { MONGO_PORT, userData, VOLUME_DEVICE } from './user-data.ts';

/** Whom the certificate of a store's authority names: it stands twice in what a function's environment has to hold. */
const AUTHORITY = 'Nami store';
/** What a gp3 volume has where nothing is asked for; it goes back to this. (Amazon EBS: "General Purpose SSD volumes".) */
const GP3_IOPS = 3000;
const GP3_THROUGHPUT = 125;

const credentialsName = ({ path }: Owner) => `${path}store-password`;
const authorityName = ({ path }: Owner) => `${path}store-authority`;

/** The certificate (base64 of DER) by which a managed store is known that speaks TLS. */
export const storeAuthority = ref('Parameter', 'store-authority', 'certificate');

/** The connection string that the post-queue function gets. A host that is older than its TLS goes on without. */
export function storeUri({ secrets }: PlanInput): Unresolved<string> {
  if (secrets.storeUri !== undefined) return secrets.storeUri;
  const store = {
    user: ref('Parameter', 'store-password', 'user'),
    password: ref('Parameter', 'store-password', 'password'),
    host: ref('Instance', 'host', 'privateIp'),
    port: MONGO_PORT,
    tls: ref('Instance', 'host', 'tls'),
  };
  return join(...uriParts(store));
}

/** Which volume the events of a managed store are on. */
export function volumeIdentity({
  known,
  givenUpVolumeId,
  spec,
}: Pick<PlanInput, 'known' | 'givenUpVolumeId' | 'spec'>): VolumeIdentity {
  const { snapshotId, volumeId } = spec.store.managed?.volume ?? {};
  return {
    object: DATA_VOLUME,
    expectedId: known.volumeId ?? '',
    givenUpId: givenUpVolumeId ?? '',
    ...(snapshotId !== undefined && { origin: { snapshotId } }),
    ...(volumeId !== undefined && { origin: { volumeId } }),
  };
}

/** The post-queue function's security group, and with a managed store the host, its volume and its credentials. */
export function planStore(input: PlanInput): Graph {
  return [...planFunctionGroup(input), ...planHost(input)];
}

function planFunctionGroup({ owner, network, spec }: PlanInput): Graph {
  if (!network) return [];
  return [
    {
      kind: 'SecurityGroup',
      id: 'post-queue',
      part: 'Functions',
      desired: {
        name: `${owner.prefix}-post-queue`,
        description: 'Nami: the function that writes events',
        vpcId: network.vpcId,
        ingress: [],
        // In the shared network nothing answers on the port but its own host. (To name the host's group, each of the two
        // would have to be there before the other.)
        egress: spec.network ? 'everywhere' : [MONGO_PORT],
      },
    },
  ];
}

/** As AWS keeps them, each once. */
const accessRanges = ({ access }: NonNullable<PlanInput['spec']['store']['managed']>) => [
  ...new Set(access?.cidrs?.map(canonicalRange)),
];

function planHost(input: PlanInput): Graph {
  const { owner, spec, network, place, settings, known, replaceHostId = '' } = input;
  const { managed } = spec.store;
  const host = network?.host;
  if (!managed || !network || !host) return [];
  const { volume } = managed;
  const part = 'Store';
  const credentialsParameter = credentialsName(owner);
  const authorityParameter = authorityName(owner);
  const { partition, region, accountId } = place;
  const arnOf = (parameter: string) => `arn:${partition}:ssm:${region}:${accountId}:parameter${parameter}`;
  const whose = `the store of ${owner.identity[TAGS.namespace]}/${owner.identity[TAGS.name]}`;
  // Volume and credentials share their fate: one is useless without the other.
  const tags = { [TAGS.reclaimPolicy]: volume.reclaimPolicy };
  const hostWanted: Unresolved<InstanceDesired> = {
    object: 'host',
    expectedId: known.hostId ?? '',
    replaceId: replaceHostId,
    functionName: functionName(owner, 'post-queue'),
    instanceTypes: [managed.instanceType, ...(managed.fallbackInstanceTypes ?? [])],
    imageId: managed.amiId ?? '',
    zone: ref('Volume', DATA_VOLUME, 'zone'),
    volumeId: ref('Volume', DATA_VOLUME, 'id'),
    mongoImage: managed.mongoImage,
    featureVersion: input.givenUpVolumeId === undefined ? (known.featureVersion ?? '') : '',
    subnetId: host.subnetId,
    securityGroupId: ref('SecurityGroup', 'host', 'id'),
    instanceProfileArn: ref('InstanceProfile', 'host', 'arn'),
    userData: userData({
      region,
      mongoImage: managed.mongoImage,
      volumeId: ref('Volume', DATA_VOLUME, 'id'),
      madeFrom: ref('Volume', DATA_VOLUME, 'madeFrom'),
      credentialsParameter,
      authorityParameter,
    }),
    tls: true,
    cpuCredits: managed.cpuCredits ?? STORE_DEFAULTS.cpuCredits,
    defaults: [
      ...(['instanceType', 'mongoImage'] as const).filter(
        (field) => managed[field] === STORE_DEFAULTS[field],
      ),
      ...(managed.cpuCredits === undefined ? ['cpuCredits'] : []),
    ],
  };
  return [
    {
      kind: 'Parameter',
      id: 'store-password',
      part,
      tags,
      desired: {
        name: credentialsParameter,
        description: `Nami: password of ${whose}`,
        volume: volumeIdentity(input),
        functionName: functionName(owner, 'post-queue'),
      },
      wish: { name: credentialsParameter, volume: { ...volumeIdentity(input), expectedId: '' } },
    },
    {
      kind: 'Parameter',
      id: 'store-authority',
      part,
      desired: {
        name: authorityParameter,
        description: `Nami: key and certificate of the authority of ${whose}`,
        authority: AUTHORITY,
      },
    },
    {
      kind: 'SecurityGroup',
      id: 'host',
      part,
      desired: {
        name: `${owner.prefix}-host`,
        description: 'Nami: the host of the store',
        vpcId: network.vpcId,
        ingress: [ref('SecurityGroup', 'post-queue', 'id'), ...(managed.access?.securityGroupIds ?? [])]
          .map((fromGroupId): Unresolved<Ingress> => ({ port: MONGO_PORT, fromGroupId }))
          .concat(accessRanges(managed).map((fromCidr) => ({ port: MONGO_PORT, fromCidr }))),
        // It pulls its image, reads its password and installs what it needs.
        egress: 'everywhere',
      },
    },
    {
      kind: 'Role',
      id: 'host',
      part,
      desired: {
        name: `${owner.prefix}-host`,
        path: owner.path,
        service: partitionOf(place.partition).ec2Service,
        boundaryArn: settings.permissionsBoundaryArn,
        statements: [
          {
            Sid: 'Secrets',
            Effect: 'Allow',
            Action: 'ssm:GetParameter',
            Resource: [credentialsParameter, authorityParameter].map(arnOf),
          },
        ],
      },
    },
    {
      kind: 'InstanceProfile',
      id: 'host',
      part,
      desired: { name: `${owner.prefix}-host`, path: owner.path, roleName: ref('Role', 'host', 'name') },
    },
    {
      kind: 'Volume',
      id: DATA_VOLUME,
      part,
      // A change of it takes hours, or fails, while its host goes on.
      standing: true,
      tags: { ...tags, [TAGS.credentials]: credentialsParameter },
      // A volume without a password is one whose password was lost.
      after: [nodeKey('Parameter', 'store-password')],
      desired: {
        ...volumeIdentity(input),
        zone: host.zone,
        sizeGiB: volume.sizeGiB,
        type: volume.type,
        iops: volume.iops ?? GP3_IOPS,
        throughput: volume.type === 'gp3' ? (volume.throughput ?? GP3_THROUGHPUT) : undefined,
      },
    },
    {
      kind: 'Instance',
      id: 'host',
      part,
      // It serves until its successor is known to be possible.
      standing: true,
      after: [nodeKey('Parameter', 'store-password'), nodeKey('Parameter', 'store-authority')],
      desired: hostWanted,
      // As of which release its data is counts for its successor.
      wish: { ...hostWanted, expectedId: '', featureVersion: '' },
    },
    {
      kind: 'VolumeAttachment',
      id: 'data',
      part,
      desired: {
        volumeId: ref('Volume', DATA_VOLUME, 'id'),
        instanceId: ref('Instance', 'host', 'id'),
        device: VOLUME_DEVICE,
      },
    },
  ];
}
