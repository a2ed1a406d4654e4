import {
  type BlockDeviceMapping,
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  type Filter,
  type Instance,
  type _InstanceType as InstanceType,
  paginateDescribeInstances,
  RunInstancesCommand,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Account } from '../account/account.ts';
import { BackoffError, isNoCapacity, orGone, TerminalError } from '../account/errors.ts';
import { fingerprint } from '../object/fingerprint.ts';
import { type Actual, defineKind, leaving, pending, READY, type State } from '../object/kind.ts';
import type { Owner, Tags } from '../object/owner.ts';
import { ownerFilters, tagEc2, tagged } from '../wire/ec2-tags.ts';
import { tagList, tagRecord } from '../wire/tags.ts';

export interface InstanceDesired {
  /** Which of its owner's instances: the tag `nami.dev/object`. */
  readonly object: string;
  /** Tried in this order when AWS has no capacity. */
  readonly instanceTypes: readonly string[];
  /** Empty: Amazon Linux 2023 of the architecture of the instance type. */
  readonly imageId: string;
  readonly subnetId: string;
  readonly securityGroupId: string;
  readonly instanceProfileArn: string;
  /** What it runs at each boot; plain text. */
  readonly userData: string;
}

type Details = {
  readonly revision: string;
  readonly stopped: boolean;
  readonly instanceType: string;
  readonly launched: number;
};

/** Hash of what an instance was launched with: a difference means another instance. */
const REVISION_TAG = 'nami.dev/revision';

/** Kernel-pinned, since very new kernels trouble MongoDB 8. (AWS: public parameters for Amazon Linux.) */
const imageParameter = (architecture: string) =>
  `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-${architecture}`;

/** Size of the root device of an image that doesn't say its own. */
const ROOT_GIB = 8;

/** Instances that died by themselves before another is launched only after a backoff. */
const EARLY_DEATHS = 2;

function stateOf({ State }: Instance): State {
  switch (State?.Name) {
    case 'pending':
      return pending('is starting', 1);
    case 'stopping':
      return pending('is stopping', 2);
    case 'shutting-down':
      return leaving('is shutting down', 1);
    default:
      return READY;
  }
}

/** Which fallbacks there are, and which is in use, is no difference: it follows from the capacity of the day. */
const revisionOf = ({ instanceTypes: [instanceType], ...desired }: InstanceDesired) =>
  fingerprint({ ...desired, instanceType });

const actual = (instance: Instance): Actual<Details> => {
  const tags = tagRecord(instance.Tags);
  return {
    id: instance.InstanceId ?? '',
    tags,
    state: stateOf(instance),
    outputs: { id: instance.InstanceId ?? '', privateIp: instance.PrivateIpAddress ?? '' },
    details: {
      revision: tags[REVISION_TAG] ?? '',
      stopped: instance.State?.Name === 'stopped',
      instanceType: instance.InstanceType ?? '',
      launched: instance.LaunchTime?.getTime() ?? 0,
    },
  };
};

async function describe(account: Account, filters: Filter[]): Promise<Instance[]> {
  const found: Instance[] = [];
  for await (const page of paginateDescribeInstances({ client: account.ec2 }, { Filters: filters })) {
    for (const { Instances } of page.Reservations ?? []) found.push(...(Instances ?? []));
  }
  return found.sort((a, b) => (a.LaunchTime?.getTime() ?? 0) - (b.LaunchTime?.getTime() ?? 0));
}

const isTerminated = ({ State }: Instance) => State?.Name === 'terminated';

/** The host: MongoDB in a container, on a volume that is attached to it. */
export const instance = defineKind<InstanceDesired, Details>({
  removal: 20,
  async find(account, { object }, owner) {
    // Terminated instances stay listed for an hour; one on its way out must be gone before the next comes.
    const alive = (await describe(account, ownerFilters(owner, object))).filter(
      (each) => !isTerminated(each),
    );
    return alive.map(actual)[0];
  },
  async owned(account, owner) {
    return (await describe(account, ownerFilters(owner))).filter((each) => !isTerminated(each)).map(actual);
  },
  compare({ details }, desired) {
    if (details.revision !== revisionOf(desired)) return ['launch settings (it is replaced)'];
    return details.stopped ? ['stopped'] : [];
  },
  create: launch,
  async update(account, _desired, { id, details }) {
    if (details.stopped) {
      await account.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
      return;
    }
    await account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  },
  async remove(account, { id }) {
    await orGone(account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
  },
  tag: tagEc2,
});

async function launch(
  account: Account,
  desired: InstanceDesired,
  tags: Tags,
  owner: Owner,
): Promise<Actual<Details>> {
  const earlier = await describe(account, ownerFilters(owner, desired.object));
  refuseToLoop(earlier);
  let refusal: unknown;
  for (const instanceType of desired.instanceTypes) {
    try {
      return await run(
        account,
        desired,
        instanceType,
        { ...tags, [REVISION_TAG]: revisionOf(desired) },
        owner,
        earlier.length,
      );
    } catch (error) {
      if (!isNoCapacity(error)) throw error;
      refusal = error;
    }
  }
  const words = refusal instanceof Error ? refusal.message : String(refusal);
  throw new BackoffError(
    'NoCapacity',
    `AWS has no capacity for ${desired.instanceTypes.join(', ')} in the zone of the volume now: the queue keeps events meanwhile; name other types in store.managed.fallbackInstanceTypes, or wait (AWS says: ${words})`,
    { cause: refusal },
  );
}

async function run(
  account: Account,
  desired: InstanceDesired,
  instanceType: string,
  tags: Tags,
  owner: Owner,
  generation: number,
): Promise<Actual<Details>> {
  const imageId = desired.imageId || (await latestImage(account, instanceType));
  const input = {
    ImageId: imageId,
    InstanceType: instanceType as InstanceType,
    IamInstanceProfile: { Arn: desired.instanceProfileArn },
    // IMDSv2 with one hop: the host reads its credentials, the container can't.
    MetadataOptions: {
      HttpTokens: 'required' as const,
      HttpPutResponseHopLimit: 1,
      HttpEndpoint: 'enabled' as const,
    },
    // Made inside the call, so that it gets a public address, through which the image is pulled.
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: desired.subnetId,
        Groups: [desired.securityGroupId],
        AssociatePublicIpAddress: true,
        DeleteOnTermination: true,
      },
    ],
    BlockDeviceMappings: [await rootDeviceOf(account, imageId)],
    UserData: Buffer.from(desired.userData).toString('base64'),
    TagSpecifications: tagged('instance', owner, tags),
  };
  const { Instances } = await account.ec2.send(
    new RunInstancesCommand({
      ...input,
      MinCount: 1,
      MaxCount: 1,
      // The same launch asked for twice is one instance; the next generation is another.
      ClientToken: fingerprint([owner.uid, input, generation]),
    }),
  );
  return actual({ ...Instances?.[0], Tags: tagList(tags) });
}

/** An instance that dies soon after its launch says why; launching in a loop would only cost. */
function refuseToLoop(earlier: readonly Instance[]): void {
  const deaths = earlier.filter(
    ({ StateReason, ...each }) =>
      isTerminated(each) &&
      StateReason?.Code !== undefined &&
      StateReason.Code !== 'Client.UserInitiatedShutdown',
  );
  if (deaths.length < EARLY_DEATHS) return;
  const { InstanceId, StateReason } = deaths.at(-1) ?? {};
  throw new BackoffError(
    'HostDies',
    `${deaths.length} instances ended by themselves within the last hour, ${InstanceId} with ${StateReason?.Code}: ${StateReason?.Message ?? ''}; see to the cause (often a limit of the account or a KMS key), the next one is launched when AWS forgets these`,
  );
}

async function latestImage(account: Account, instanceType: string): Promise<string> {
  const { InstanceTypes } = await account.ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: [instanceType as InstanceType] }),
  );
  const architectures = InstanceTypes?.[0]?.ProcessorInfo?.SupportedArchitectures ?? [];
  const architecture = architectures.includes('arm64') ? 'arm64' : 'x86_64';
  const { Parameter } = await account.ssm.send(
    new GetParameterCommand({ Name: imageParameter(architecture) }),
  );
  return Parameter?.Value ?? '';
}

/** The root device as the image has it, but encrypted. */
async function rootDeviceOf(account: Account, imageId: string): Promise<BlockDeviceMapping> {
  const { Images } = await account.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  const image = Images?.[0];
  if (!image) {
    throw new TerminalError(
      'ImageNotFound',
      `the machine image ${imageId} is not there in ${account.region}: correct store.managed.amiId`,
    );
  }
  const DeviceName = image.RootDeviceName ?? '/dev/xvda';
  const root = image.BlockDeviceMappings?.find((mapping) => mapping.DeviceName === DeviceName);
  return {
    DeviceName,
    Ebs: {
      VolumeSize: root?.Ebs?.VolumeSize ?? ROOT_GIB,
      VolumeType: 'gp3',
      Encrypted: true,
      DeleteOnTermination: true,
    },
  };
}
