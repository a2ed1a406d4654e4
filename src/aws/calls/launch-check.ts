import {
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  DescribeVolumesCommand,
  type Image,
  type _InstanceType as InstanceType,
  type InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Account } from '../account/account.ts';
import { orAbsent, RequeueAfter, TerminalError } from '../account/errors.ts';
import { TAGS } from '../object/owner.ts';
import { tagRecord } from '../wire/tags.ts';
import { versionOf } from './mongo-version.ts';
import { zonesOffering } from './placement.ts';

/** What a host is to be, as far as AWS and MongoDB may object to it. */
export interface LaunchWish {
  /** Tried in this order when AWS has no capacity. */
  readonly instanceTypes: readonly string[];
  /** Empty: Amazon Linux 2023 of the architecture of the instance type. */
  readonly imageId: string;
  /** Availability zone of the volume. */
  readonly zone: string;
  readonly volumeId: string;
  /** Container image of the database. */
  readonly mongoImage: string;
  /** As of which release the volume's data is, as "8.0"; empty: it is not known. */
  readonly featureVersion: string;
}

/** A way to launch the host that nothing is known to stand against, but for capacity. */
export interface LaunchOption {
  readonly instanceType: string;
  readonly image: Image;
}

/** Types and images barely change. */
const FACTS_SECONDS = 3600;

/** Kernel-pinned, since very new kernels trouble MongoDB 8. (AWS: public parameters for Amazon Linux.) */
const imageParameter = (architecture: string) =>
  `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-${architecture}`;

/**
 * Families whose processors lack what MongoDB 5 and later need: AVX on x86, ARMv8.2 on arm. (Amazon EC2: previous
 * generation instances, with Xeons before Sandy Bridge; a1 has Cortex-A72 cores. docker-library/mongo#485.)
 */
const TOO_OLD = new Set(['a1', 'c1', 'cc1', 'cg1', 'hi1', 'm1', 'm2', 't1']);
const DEMANDING_MAJOR = 5;
const [OLDEST_MAJOR, OLDEST_MINOR] = [4, 2];

/**
 * The ways to launch a host, in the order of its instance types. Throws TerminalError where something that is known
 * beforehand stands against it: so that nothing that runs is stopped for a successor that can't be.
 */
export async function launchOptions(account: Account, wish: LaunchWish): Promise<LaunchOption[]> {
  const { instanceTypes, mongoImage, zone } = wish;
  checkTls(mongoImage);
  const options: LaunchOption[] = [];
  for (const instanceType of instanceTypes) {
    const facts = await factsOf(account, instanceType);
    checkProcessor(instanceType, mongoImage);
    const image = await imageFor(account, instanceType, facts, wish.imageId);
    if ((await zonesOffering(account, instanceType)).includes(zone)) options.push({ instanceType, image });
  }
  if (options.length === 0) {
    throw new TerminalError(
      'InstanceTypeNotOffered',
      `AWS does not offer ${instanceTypes.join(', ')} in ${zone}, where the volume is: choose another store.managed.instanceType`,
    );
  }
  return options;
}

/** The image whose database wrote a volume's data last; empty where nobody noted it. */
export async function dataImageOf(account: Account, volumeId: string): Promise<string> {
  const { Volumes } = await account.ec2.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }));
  const [volume] = Volumes ?? [];
  if (!volume) throw new RequeueAfter(1, `AWS does not show the volume ${volumeId}`);
  return tagRecord(volume.Tags)[TAGS.mongoImage] ?? '';
}

async function factsOf(account: Account, instanceType: string): Promise<InstanceTypeInfo> {
  const [facts] = await account.inventory.read(`type ${instanceType}`, FACTS_SECONDS, async function* () {
    const found = await orAbsent(
      account.ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [instanceType as InstanceType] })),
    );
    yield* found?.InstanceTypes ?? [];
  });
  if (facts) return facts;
  throw new TerminalError(
    'InstanceTypeNotFound',
    `AWS knows no instance type ${instanceType} in ${account.region}: correct store.managed.instanceType or fallbackInstanceTypes`,
  );
}

function checkProcessor(instanceType: string, mongoImage: string): void {
  const version = versionOf(mongoImage);
  const [family = ''] = instanceType.split('.');
  if (!version || version.major < DEMANDING_MAJOR || !TOO_OLD.has(family)) return;
  throw new TerminalError(
    'ProcessorTooOld',
    `MongoDB ${version.major} does not run on ${instanceType}: from version 5 on it needs AVX on x86 and ARMv8.2 on arm, which t3 and t4g have: choose another store.managed.instanceType`,
  );
}

/** (MongoDB 4.2 release notes: `--tlsMode` and its like took the place of `--sslMode`.) */
function checkTls(mongoImage: string): void {
  const { major = OLDEST_MAJOR, minor = OLDEST_MINOR } = versionOf(mongoImage) ?? {};
  if (major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR)) return;
  throw new TerminalError(
    'MongoTooOld',
    `MongoDB ${major}.${minor} does not know TLS as hosts ask for it: set store.managed.mongoImage to ${OLDEST_MAJOR}.${OLDEST_MINOR}, or step by step to a later version`,
  );
}

async function imageFor(
  account: Account,
  instanceType: string,
  { ProcessorInfo }: InstanceTypeInfo,
  imageId: string,
): Promise<Image> {
  const architectures: readonly string[] = ProcessorInfo?.SupportedArchitectures ?? [];
  const architecture = architectures.includes('arm64') ? 'arm64' : 'x86_64';
  const image = await imageById(account, imageId || (await latestImageId(account, architecture)));
  if (image.Architecture === undefined || architectures.includes(image.Architecture)) return image;
  throw new TerminalError(
    'ImageOfOtherArchitecture',
    `the machine image ${image.ImageId} is for ${image.Architecture}, and ${instanceType} runs ${architectures.join(' or ')}: correct store.managed.amiId or the instance types`,
  );
}

async function latestImageId(account: Account, architecture: string): Promise<string> {
  const [id] = await account.inventory.read(
    `latest image ${architecture}`,
    FACTS_SECONDS,
    async function* () {
      const Name = imageParameter(architecture);
      const { Parameter } = await account.ssm.send(new GetParameterCommand({ Name }));
      if (Parameter?.Value !== undefined) yield Parameter.Value;
    },
  );
  if (id === undefined)
    throw new Error(`AWS does not say which machine image is the latest for ${architecture}`);
  return id;
}

async function imageById(account: Account, imageId: string): Promise<Image> {
  const [image] = await account.inventory.read(`image ${imageId}`, FACTS_SECONDS, async function* () {
    const found = await orAbsent(account.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] })));
    yield* found?.Images ?? [];
  });
  if (image) return image;
  throw new TerminalError(
    'ImageNotFound',
    `the machine image ${imageId} is not there in ${account.region}: correct store.managed.amiId`,
  );
}
