import type {
  DescribeImagesRequest,
  DescribeInstanceStatusRequest,
  DescribeInstancesRequest,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypesRequest,
  EventCode,
  GetConsoleOutputRequest,
  InstanceStatusEvent,
  ModifyInstanceCreditSpecificationRequest,
  RunInstancesRequest,
  StartInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from './aws-error.ts';
import { IMAGES, INSTANCE_TYPES, ZONES } from './ec2-catalogue.ts';
import { filtered } from './ec2-filters.ts';
import type { Ec2Network, NetworkUsers } from './ec2-network.ts';
import type { Iam } from './iam.ts';
import { pageOf } from './pages.ts';
import type { Operations, Surroundings } from './service.ts';
import { type Moment, Table } from './table.ts';
import { type Tags, tagsOf, toTagList } from './tags.ts';

/** An instance as it was launched, and when what was done to it. Milliseconds since the epoch. */
export interface Instance {
  readonly id: string;
  readonly tags: Tags;
  readonly type: string;
  readonly imageId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly groupIds: readonly string[];
  readonly profileArn: string;
  readonly userData: string;
  readonly privateIp: string;
  readonly launchedAt: number;
  /** When it was started last. */
  readonly startedAt: number;
  readonly stoppedAt?: number | undefined;
  /** Since when its status checks fail; it answers nobody. */
  readonly impairedAt?: number | undefined;
  /** What AWS has scheduled for its machine. */
  readonly scheduled?: InstanceStatusEvent | undefined;
  readonly endedAt?: number | undefined;
  readonly stateReason?: { readonly Code: string; readonly Message: string };
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

interface Launch {
  readonly id: string;
  readonly parameters: string;
}

/** The instances of Amazon EC2. Errors as in the EC2 API Reference, "Error codes". */
export class Ec2Instances implements NetworkUsers {
  readonly instances: Table<Instance>;
  /** Types for which there is no capacity now. */
  readonly withoutCapacity = new Set<string>();
  readonly #around: Surroundings;
  readonly #moment: Moment;
  readonly #network: Ec2Network;
  readonly #iam: Iam;
  /** (EC2: "Ensuring idempotency in Amazon EC2 API requests".) */
  readonly #launches = new Map<string, Launch>();
  #addresses = 10;

  constructor(around: Surroundings, moment: Moment, network: Ec2Network, iam: Iam) {
    this.#around = around;
    this.#moment = moment;
    this.#network = network;
    this.#iam = iam;
    this.instances = new Table(moment);
  }

  stateOf({ startedAt, stoppedAt, endedAt }: Instance): InstanceState {
    const { times } = this.#around;
    if (endedAt !== undefined)
      return this.#moment.since(endedAt) < times.instanceShuttingDown ? 'shutting-down' : 'terminated';
    if (stoppedAt !== undefined)
      return this.#moment.since(stoppedAt) < times.instanceStopping ? 'stopping' : 'stopped';
    return this.#moment.since(startedAt) < times.instancePending ? 'pending' : 'running';
  }

  /** For how long an instance has been running, in seconds; negative while it isn't. */
  runningSeconds(instance: Instance): number {
    if (this.stateOf(instance) !== 'running') return -1;
    return this.#moment.since(instance.startedAt) - this.#around.times.instancePending;
  }

  isThere(instance: Instance | undefined): boolean {
    return instance !== undefined && this.stateOf(instance) !== 'terminated';
  }

  usesSubnet(id: string): boolean {
    return this.instances.values().some((each) => each.subnetId === id && this.isThere(each));
  }

  usesGroup(id: string): boolean {
    return this.instances.values().some((each) => each.groupIds.includes(id) && this.isThere(each));
  }

  hasPublicAddressIn(vpcId: string): boolean {
    return this.instances.values().some((each) => each.vpcId === vpcId && this.isThere(each));
  }

  // What happens to instances without the operator.

  stop(id: string): void {
    this.instances.change(id, { stoppedAt: this.#moment.now });
  }

  /** Ends an instance, as a failure of its machine or somebody in the console does. */
  end(id: string, Code = 'Server.InternalError', Message = `${Code}: it ended by itself`): void {
    this.instances.change(id, { endedAt: this.#moment.now, stateReason: { Code, Message } });
  }

  /** The machine below an instance fails, and the instance with it. */
  impair(id: string): void {
    this.instances.change(id, { impairedAt: this.#moment.now });
  }

  schedule(id: string, Code: EventCode, seconds: number): void {
    const NotBefore = new Date(this.#moment.now + seconds * 1000);
    const scheduled = { Code, NotBefore, Description: 'The instance is running on degraded hardware' };
    this.instances.change(id, { scheduled });
  }

  #checksOf({ impairedAt }: Instance) {
    if (impairedAt === undefined)
      return { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] };
    const ImpairedSince = new Date(impairedAt);
    return { Status: 'impaired', Details: [{ Name: 'reachability', Status: 'failed', ImpairedSince }] };
  }

  readonly operations: Operations = {
    DescribeInstanceStatus: (request: DescribeInstanceStatusRequest) => {
      const { InstanceIds, IncludeAllInstances = false, Filters = [] } = request;
      const codes = Filters.find(({ Name }) => Name === 'event.code')?.Values;
      const asked =
        InstanceIds?.map((id) => this.#require(id)) ?? this.instances.filter((each) => this.isThere(each));
      return {
        InstanceStatuses: asked
          .filter((each) => IncludeAllInstances || this.stateOf(each) === 'running')
          .filter(({ scheduled }) => !codes || codes.includes(scheduled?.Code ?? ''))
          .map((each) => ({
            InstanceId: each.id,
            SystemStatus: this.#checksOf(each),
            InstanceStatus: this.#checksOf(each),
            Events: each.scheduled ? [each.scheduled] : [],
          })),
      };
    },
    DescribeRegions: () => ({ Regions: [{ RegionName: this.#around.region }] }),
    DescribeAvailabilityZones: () => ({
      AvailabilityZones: ZONES.map((zone, index) => ({
        ZoneName: `${this.#around.region}${zone}`,
        ZoneId: `euc1-az${index + 1}`,
        ZoneType: 'availability-zone',
        State: 'available',
      })),
    }),
    DescribeInstanceTypeOfferings: ({ Filters }: DescribeInstanceTypeOfferingsRequest) => {
      const wanted = Filters?.find(({ Name }) => Name === 'instance-type')?.Values;
      const types = Object.entries(INSTANCE_TYPES).filter(([type]) => wanted?.includes(type) ?? true);
      return {
        InstanceTypeOfferings: types.flatMap(([InstanceType, { zones }]) =>
          [...zones].map((zone) => ({
            InstanceType,
            LocationType: 'availability-zone',
            Location: `${this.#around.region}${zone}`,
          })),
        ),
      };
    },
    DescribeInstanceTypes: ({ InstanceTypes = [] }: DescribeInstanceTypesRequest) => ({
      InstanceTypes: InstanceTypes.map((InstanceType) => {
        const type = INSTANCE_TYPES[InstanceType];
        if (!type) throw invalidType(InstanceType);
        return { InstanceType, ProcessorInfo: { SupportedArchitectures: [type.processor] } };
      }),
    }),
    DescribeImages: ({ ImageIds = [] }: DescribeImagesRequest) => ({
      Images: ImageIds.map((ImageId) => {
        const image = IMAGES[ImageId];
        if (!image) throw new AwsError('InvalidAMIID.NotFound', `The image id '[${ImageId}]' does not exist`);
        return {
          ImageId,
          Architecture: image.processor,
          State: 'available',
          RootDeviceName: '/dev/xvda',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8 } }],
        };
      }),
    }),
    DescribeInstances: ({ Filters, InstanceIds, MaxResults, NextToken }: DescribeInstancesRequest) => {
      const rows = InstanceIds ? InstanceIds.map((id) => this.#require(id)) : this.instances.values();
      const listed = filtered(rows, Filters, {
        'instance-id': ({ id }) => [id],
        'instance-state-name': (each) => [this.stateOf(each)],
      }).filter((each) => this.#isListed(each));
      const { items, next } = pageOf(listed, NextToken, MaxResults ?? 1000);
      return {
        Reservations: items.map((each) => ({ Instances: [this.#show(each)] })),
        ...(next !== undefined && { NextToken: next }),
      };
    },
    RunInstances: (input: RunInstancesRequest) => {
      const { ClientToken = '', ...rest } = input;
      const parameters = JSON.stringify(rest);
      const earlier = this.#remembered(ClientToken);
      if (earlier) return { Instances: [this.#show(this.#again(earlier, parameters))] };
      const instance = this.#launch(input);
      if (ClientToken !== '') this.#launches.set(ClientToken, { id: instance.id, parameters });
      return { Instances: [this.#show(instance)] };
    },
    ModifyInstanceCreditSpecification: ({
      InstanceCreditSpecifications = [],
    }: ModifyInstanceCreditSpecificationRequest) => {
      const changed = InstanceCreditSpecifications.map(({ InstanceId = '' }) => this.#require(InstanceId).id);
      return {
        SuccessfulInstanceCreditSpecifications: changed.map((InstanceId) => ({ InstanceId })),
        UnsuccessfulInstanceCreditSpecifications: [],
      };
    },
    GetConsoleOutput: ({ InstanceId = '' }: GetConsoleOutputRequest) => {
      const said = this.#consoleOf(this.#require(InstanceId)).join('\r\n');
      return { InstanceId, Output: Buffer.from(said).toString('base64') };
    },
    StartInstances: ({ InstanceIds = [] }: StartInstancesRequest) => {
      for (const id of InstanceIds) {
        if (this.stateOf(this.#require(id)) !== 'stopped') {
          throw new AwsError(
            'IncorrectInstanceState',
            `The instance '${id}' is not in a state from which it can be started.`,
          );
        }
        this.instances.change(id, { startedAt: this.#moment.now, stoppedAt: undefined });
      }
      return {};
    },
    TerminateInstances: ({ InstanceIds = [] }: TerminateInstancesRequest) => {
      for (const id of InstanceIds) {
        if (this.#require(id).endedAt !== undefined) continue;
        this.end(id, 'Client.UserInitiatedShutdown', 'Client.UserInitiatedShutdown: User initiated shutdown');
      }
      return {};
    },
  };

  /** As the steps of deploy/host-image say it. */
  #consoleOf(instance: Instance): string[] {
    const [, image = ''] = /NAMI_MONGO_IMAGE=(\S+)/.exec(instance.userData) ?? [];
    const isUp = this.runningSeconds(instance) >= this.#around.times.databaseStart;
    return [
      'booting',
      `nami: pulls the image ${image}`,
      ...(isUp ? ['nami: the store is up'] : []),
      'login:',
    ];
  }

  #remembered(token: string): Launch | undefined {
    const launch = this.#launches.get(token);
    const { endedAt } = this.instances.get(launch?.id) ?? {};
    const isForgotten =
      endedAt !== undefined && this.#moment.since(endedAt) > this.#around.times.instanceTokenKept;
    return isForgotten ? undefined : launch;
  }

  #again({ id, parameters }: Launch, asked: string): Instance {
    if (parameters !== asked) {
      throw new AwsError(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    }
    const instance = this.instances.get(id);
    if (instance?.endedAt !== undefined || !instance) {
      throw new AwsError(
        'IdempotentInstanceTerminated',
        'The client token was used to launch an instance that has been terminated.',
      );
    }
    return instance;
  }

  #launch(input: RunInstancesRequest): Instance {
    const { ImageId = '', InstanceType = '', IamInstanceProfile, NetworkInterfaces, UserData = '' } = input;
    const type = INSTANCE_TYPES[InstanceType];
    if (!type) throw invalidType(InstanceType);
    const image = IMAGES[ImageId];
    if (!image) throw new AwsError('InvalidAMIID.NotFound', `The image id '[${ImageId}]' does not exist`);
    if (image.processor !== type.processor) {
      throw new AwsError(
        'InvalidParameterValue',
        `The architecture '${type.processor}' of the specified instance type does not match the architecture '${image.processor}' of the specified AMI.`,
      );
    }
    const profileArn = IamInstanceProfile?.Arn ?? '';
    if (profileArn !== '' && !this.#iam.isProfileKnown(profileArn)) {
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${profileArn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
      );
    }
    const [{ SubnetId = '', Groups = [] } = {}] = NetworkInterfaces ?? [];
    const subnet = this.#network.subnets.get(SubnetId);
    if (!subnet) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${SubnetId}' does not exist`);
    for (const group of Groups) {
      if (!this.#network.securityGroups.has(group))
        throw new AwsError('InvalidGroup.NotFound', `The security group '${group}' does not exist`);
    }
    if (!ZONES.some((zone) => type.zones.includes(zone) && subnet.zone.endsWith(zone))) {
      throw new AwsError(
        'Unsupported',
        `Your requested instance type (${InstanceType}) is not supported in your requested Availability Zone (${subnet.zone}).`,
      );
    }
    // Capacity is not looked for.
    if (input.DryRun) {
      throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    }
    if (this.withoutCapacity.has(InstanceType)) {
      throw new AwsError(
        'InsufficientInstanceCapacity',
        `We currently do not have sufficient ${InstanceType} capacity in the Availability Zone you requested (${subnet.zone}).`,
        500,
      );
    }
    const id = this.#around.newId('i');
    const { now } = this.#moment;
    return this.instances.set(id, {
      id,
      tags: tagsOf(input.TagSpecifications, 'instance'),
      type: InstanceType,
      imageId: ImageId,
      subnetId: SubnetId,
      vpcId: subnet.vpcId,
      zone: subnet.zone,
      groupIds: Groups,
      profileArn,
      userData: Buffer.from(UserData, 'base64').toString(),
      privateIp: this.#newAddress(subnet.cidr),
      launchedAt: now,
      startedAt: now,
    });
  }

  #newAddress(cidr: string): string {
    const [a, b, c] = cidr.split('.');
    const next = this.#addresses++;
    return `${a}.${b}.${Number(c) + Math.floor(next / 250)}.${(next % 250) + 4}`;
  }

  #require(id: string): Instance {
    const found = this.instances.get(id);
    if (!found || !this.#isListed(found))
      throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    return found;
  }

  #isListed({ endedAt }: Instance): boolean {
    return endedAt === undefined || this.#moment.since(endedAt) < this.#around.times.instanceListed;
  }

  #show(instance: Instance) {
    const { id, type, imageId, subnetId, vpcId, zone, groupIds, privateIp, launchedAt, tags } = instance;
    const Name = this.stateOf(instance);
    return {
      InstanceId: id,
      InstanceType: type,
      ImageId: imageId,
      SubnetId: subnetId,
      VpcId: vpcId,
      Placement: { AvailabilityZone: zone },
      SecurityGroups: groupIds.map((GroupId) => ({ GroupId })),
      LaunchTime: new Date(launchedAt),
      State: { Name },
      Tags: toTagList(tags),
      ...(Name !== 'terminated' && { PrivateIpAddress: privateIp }),
      ...(instance.stateReason && { StateReason: instance.stateReason }),
    };
  }
}

const invalidType = (type: string) =>
  new AwsError('InvalidInstanceType', `The following supplied instance types do not exist: [${type}]`);
