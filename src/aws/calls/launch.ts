import {
  type BlockDeviceMapping,
  CreateTagsCommand,
  type Image,
  type Instance,
  type _InstanceType as InstanceType,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { BackoffError, isDryRun, isNoCapacity, isTokenSpent, mayHaveWorked } from '../account/errors.ts';
import { addedOf } from '../object/added-tags.ts';
import { fingerprint } from '../object/fingerprint.ts';
import { type Owner, TAGS, type Tags } from '../object/owner.ts';
import { tagged } from '../wire/ec2-tags.ts';
import { tagList } from '../wire/tags.ts';
import { type CpuCredits, isBurstable } from './cpu-credits.ts';
import { dataImageOf, type LaunchOption, type LaunchWish, launchOptions } from './launch-check.ts';
import { checkVersionStep } from './mongo-version.ts';

export interface Launch extends LaunchWish {
  readonly subnetId: string;
  readonly securityGroupId: string;
  readonly instanceProfileArn: string;
  /** What it runs at each boot; plain text. */
  readonly userData: string;
  /** By what that says, its database speaks TLS, and nothing else. */
  readonly tls: boolean;
  /** Counts for burstable types alone. */
  readonly cpuCredits: CpuCredits;
  /** Which of these nobody asks for: they have the operator's default, as "mongoImage". */
  readonly defaults: readonly string[];
}

/** Size of the root device of an image that doesn't say its own. */
const ROOT_GIB = 8;
/** Launches that may have used a token of ours before this one. */
const TOKENS = 5;

/** Throws where the launch could not be: everything is tried but the launch itself. */
export async function rehearseLaunch(
  account: Account,
  launch: Launch,
  tags: Tags,
  owner: Owner,
): Promise<void> {
  const { options } = await prepare(account, launch);
  const [first] = options.map((option) => inputOf(launch, option, tags, owner));
  try {
    if (first) await account.ec2.send(new RunInstancesCommand({ ...first, DryRun: true }));
  } catch (error) {
    if (!isDryRun(error)) throw error;
  }
}

/**
 * Launches one instance, of the first type for which there is capacity. `predecessor` is the id of the one before it:
 * the same launch after the same predecessor is one. Throws TerminalError where it can't be, BackoffError `NoCapacity`.
 */
export async function launchInstance(
  account: Account,
  launch: Launch,
  tags: Tags,
  owner: Owner,
  predecessor: string,
): Promise<Instance> {
  const { options, dataImage } = await prepare(account, launch);
  // Before it runs, lest a crash in between leaves data that nobody knows the version of.
  await note(account, launch, dataImage, launch.mongoImage);
  try {
    const inputs = options.map((option) => inputOf(launch, option, tags, owner));
    return await runFirst(account, launch, inputs, [owner.uid, predecessor]);
  } catch (error) {
    if (!mayHaveWorked(error)) await note(account, launch, launch.mongoImage, dataImage);
    throw error;
  }
}

async function prepare(account: Account, launch: Launch) {
  const dataImage = await dataImageOf(account, launch.volumeId);
  checkVersionStep(dataImage, launch.mongoImage, launch.volumeId, launch.featureVersion);
  return { dataImage, options: await launchOptions(account, launch) };
}

/** Notes on the volume which database writes its data. */
async function note(account: Account, { volumeId }: Launch, before: string, image: string): Promise<void> {
  if (noteOf(before) === noteOf(image)) return;
  await account.ec2.send(
    new CreateTagsCommand({
      Resources: [volumeId],
      Tags: tagList({ [TAGS.mongoImage]: noteOf(image) }),
    }),
  );
}

/** A tag holds 256 characters; the version of an image is at its end. */
const noteOf = (image: string) => image.slice(-256);

async function runFirst(
  account: Account,
  { instanceTypes }: Launch,
  inputs: readonly RunInput[],
  token: readonly string[],
): Promise<Instance> {
  let refusal: unknown;
  for (const input of inputs) {
    try {
      return await runOnce(account, input, token);
    } catch (error) {
      if (!isNoCapacity(error)) throw error;
      refusal = error;
    }
  }
  const words = refusal instanceof Error ? refusal.message : String(refusal);
  throw new BackoffError(
    'NoCapacity',
    `AWS has no capacity for ${instanceTypes.join(', ')} in the zone of the volume now: the queue keeps events meanwhile; name other types in store.managed.fallbackInstanceTypes, or wait (AWS says: ${words})`,
    { cause: refusal },
  );
}

async function runOnce(account: Account, input: RunInput, token: readonly string[]): Promise<Instance> {
  for (let attempt = 0; ; attempt++) {
    try {
      const ClientToken = fingerprint([...token, input, attempt]);
      const { Instances } = await account.ec2.send(new RunInstancesCommand({ ...input, ClientToken }));
      return Instances?.[0] ?? {};
    } catch (error) {
      // It launched an instance that has ended since and is listed no more. (EC2: ensuring idempotency.)
      if (!isTokenSpent(error) || attempt === TOKENS) throw error;
    }
  }
}

type RunInput = Omit<RunInstancesCommandInput, 'ClientToken' | 'DryRun'>;

function inputOf(launch: Launch, { instanceType, image }: LaunchOption, tags: Tags, owner: Owner): RunInput {
  return {
    MinCount: 1,
    MaxCount: 1,
    ImageId: image.ImageId,
    InstanceType: instanceType as InstanceType,
    ...(isBurstable(instanceType) && { CreditSpecification: { CpuCredits: launch.cpuCredits } }),
    IamInstanceProfile: { Arn: launch.instanceProfileArn },
    // IMDSv2 with one hop: the host reads its credentials, the container can't.
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
    // Made inside the call, so that it gets a public address, through which the image is pulled.
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: launch.subnetId,
        Groups: [launch.securityGroupId],
        AssociatePublicIpAddress: true,
        DeleteOnTermination: true,
      },
    ],
    BlockDeviceMappings: [rootDeviceOf(image)],
    UserData: Buffer.from(launch.userData).toString('base64'),
    TagSpecifications: [...tagged('instance', owner, tags), ...taggedParts(tags)],
  };
}

/** What comes with an instance gets the added tags alone: by the owner's it would count as one of the owner's volumes. */
function taggedParts(tags: Tags): TagSpecification[] {
  const Tags = tagList(addedOf(tags));
  return Tags.length === 0
    ? []
    : [
        { ResourceType: 'volume', Tags },
        { ResourceType: 'network-interface', Tags },
      ];
}

/** The root device as the image has it, but encrypted. */
function rootDeviceOf({ RootDeviceName = '/dev/xvda', BlockDeviceMappings }: Image): BlockDeviceMapping {
  const root = BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === RootDeviceName);
  return {
    DeviceName: RootDeviceName,
    Ebs: {
      VolumeSize: root?.Ebs?.VolumeSize ?? ROOT_GIB,
      VolumeType: 'gp3',
      Encrypted: true,
      DeleteOnTermination: true,
    },
  };
}
