import type {
  AssociateRouteTableRequest,
  AttachInternetGatewayRequest,
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupIngressRequest,
  CreateInternetGatewayRequest,
  CreateRouteRequest,
  CreateRouteTableRequest,
  CreateSecurityGroupRequest,
  CreateSubnetRequest,
  CreateVpcRequest,
  DeleteInternetGatewayRequest,
  DeleteRouteTableRequest,
  DeleteSecurityGroupRequest,
  DeleteSubnetRequest,
  DeleteVpcRequest,
  DescribeInternetGatewaysRequest,
  DescribeRouteTablesRequest,
  DescribeSecurityGroupsRequest,
  DescribeSubnetsRequest,
  DescribeVpcsRequest,
  DetachInternetGatewayRequest,
  DisassociateRouteTableRequest,
  IpPermission,
  ReplaceRouteRequest,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupIngressRequest,
} from '@aws-sdk/client-ec2';
import { canonicalRange } from '../../../src/plan/ipv4-range.ts';
import { AwsError } from './aws-error.ts';
import { type Attributes, filtered } from './ec2-filters.ts';
import type { Operations, Surroundings } from './service.ts';
import { type Moment, Table } from './table.ts';
import { type Tags, tagsOf, toTagList } from './tags.ts';

interface Tagged {
  readonly id: string;
  readonly tags: Tags;
}
export interface Vpc extends Tagged {
  readonly cidr: string;
  readonly madeAt: number;
}
export interface Subnet extends Tagged {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly madeAt: number;
}
export interface InternetGateway extends Tagged {
  readonly vpcId: string | undefined;
}
export interface RouteTable extends Tagged {
  readonly vpcId: string;
  /** Where all traffic goes that is not local. */
  readonly gatewayId: string | undefined;
  /** Subnets by the id of the association. */
  readonly associations: Readonly<Record<string, string>>;
}
export interface SecurityGroup extends Tagged {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly ingress: readonly IpPermission[];
  /** A new group lets everything out. (Amazon VPC User Guide: default security groups.) */
  readonly egress: readonly IpPermission[];
}
/** Interfaces that Lambda holds for a function; they outlive it. */
export interface LambdaInterface {
  readonly id: string;
  readonly groupIds: readonly string[];
  readonly subnetIds: readonly string[];
  /** With whose rights Lambda takes them away. */
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly goneAt: number | undefined;
}

/** Who stands in a network. */
export interface NetworkUsers {
  usesSubnet(id: string): boolean;
  usesGroup(id: string): boolean;
  hasPublicAddressIn(vpcId: string): boolean;
}

/** VPCs of a region. (Amazon VPC quotas.) */
const MOST_VPCS = 5;

/** The networks of Amazon EC2. Errors as in the EC2 API Reference, "Error codes". */
export class Ec2Network {
  readonly vpcs: Table<Vpc>;
  readonly subnets: Table<Subnet>;
  readonly internetGateways: Table<InternetGateway>;
  readonly routeTables: Table<RouteTable>;
  readonly securityGroups: Table<SecurityGroup>;
  readonly lambdaInterfaces: Table<LambdaInterface>;
  inUseBy: NetworkUsers = {
    usesSubnet: () => false,
    usesGroup: () => false,
    hasPublicAddressIn: () => false,
  };
  readonly #around: Surroundings;
  readonly #moment: Moment;
  readonly #tokens = new Map<string, string>();

  constructor(around: Surroundings, moment: Moment) {
    this.#around = around;
    this.#moment = moment;
    this.vpcs = new Table(moment);
    this.subnets = new Table(moment);
    this.internetGateways = new Table(moment);
    this.routeTables = new Table(moment);
    this.securityGroups = new Table(moment);
    this.lambdaInterfaces = new Table(moment);
  }

  /** All whose objects carry tags. */
  get tables(): Table<Tagged>[] {
    return [this.vpcs, this.subnets, this.internetGateways, this.routeTables, this.securityGroups] as never;
  }

  /** A role that goes before the interfaces stops their clean-up. (Lambda: "Giving Lambda access to resources in a VPC".) */
  loseRole(arn: string): void {
    for (const { id, roleArn } of this.#heldInterfaces())
      if (roleArn === arn) this.lambdaInterfaces.change(id, { goneAt: Number.POSITIVE_INFINITY });
  }

  /** Whether a subnet has a way out to the internet. */
  leadsOut(subnetId: string): boolean {
    const table = this.routeTables.find(({ associations }) => Object.values(associations).includes(subnetId));
    const gateway = this.internetGateways.get(table?.gatewayId);
    return gateway?.vpcId !== undefined;
  }

  /** Whether members of one of `from` reach members of one of `to` on a TCP port. */
  lets(from: readonly string[], to: readonly string[], port: number): boolean {
    const isLetOut = from.some((id) =>
      this.securityGroups
        .get(id)
        ?.egress.some(
          ({ IpProtocol, FromPort = 0, ToPort = 0 }) =>
            IpProtocol === '-1' || (FromPort <= port && port <= ToPort),
        ),
    );
    return (
      isLetOut &&
      to.some((id) =>
        this.securityGroups
          .get(id)
          ?.ingress.some(
            ({ FromPort = 0, ToPort = 0, UserIdGroupPairs = [] }) =>
              FromPort <= port &&
              port <= ToPort &&
              UserIdGroupPairs.some(({ GroupId = '' }) => from.includes(GroupId)),
          ),
      )
    );
  }

  readonly operations: Operations = {
    CreateVpc: ({ CidrBlock = '', TagSpecifications }: CreateVpcRequest) => {
      if (this.vpcs.size >= MOST_VPCS)
        throw new AwsError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.');
      const id = this.#around.newId('vpc');
      const tags = tagsOf(TagSpecifications, 'vpc');
      const vpc = this.vpcs.set(id, { id, tags, cidr: CidrBlock, madeAt: this.#moment.now });
      const groupId = this.#around.newId('sg');
      this.securityGroups.set(groupId, {
        id: groupId,
        tags: {},
        name: 'default',
        description: 'default VPC security group',
        vpcId: id,
        ingress: [],
        egress: [EVERYWHERE],
      });
      return { Vpc: this.#showVpc(vpc) };
    },
    DescribeVpcs: ({ Filters, VpcIds }: DescribeVpcsRequest) => ({
      Vpcs: filtered(this.#named(this.vpcs, VpcIds, 'InvalidVpcID.NotFound'), Filters, {
        'vpc-id': ({ id }) => [id],
      }).map((vpc) => this.#showVpc(vpc)),
    }),
    DeleteVpc: ({ VpcId = '' }: DeleteVpcRequest) => {
      require(this.vpcs, VpcId, 'InvalidVpcID.NotFound', 'vpc');
      const isIn = (row: { readonly vpcId: string | undefined }) => row.vpcId === VpcId;
      const groups = this.securityGroups.filter(isIn);
      const dependents = [
        ...this.subnets.filter(isIn),
        ...this.internetGateways.filter(isIn),
        ...this.routeTables.filter(isIn),
        ...groups.filter(({ name }) => name !== 'default'),
      ];
      if (dependents.length > 0) throw dependency(`The vpc '${VpcId}'`);
      for (const { id } of groups) this.securityGroups.delete(id);
      this.vpcs.delete(VpcId);
      return {};
    },

    CreateSubnet: ({
      VpcId = '',
      CidrBlock = '',
      AvailabilityZone = '',
      TagSpecifications,
    }: CreateSubnetRequest) => {
      require(this.vpcs, VpcId, 'InvalidVpcID.NotFound', 'vpc');
      if (this.subnets.find(({ vpcId, cidr }) => vpcId === VpcId && cidr === CidrBlock)) {
        throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${CidrBlock}' conflicts with another subnet`);
      }
      const id = this.#around.newId('subnet');
      const subnet = this.subnets.set(id, {
        id,
        tags: tagsOf(TagSpecifications, 'subnet'),
        vpcId: VpcId,
        cidr: CidrBlock,
        zone: AvailabilityZone,
        madeAt: this.#moment.now,
      });
      return { Subnet: this.#showSubnet(subnet) };
    },
    DescribeSubnets: ({ Filters, SubnetIds }: DescribeSubnetsRequest) => ({
      Subnets: filtered(this.#named(this.subnets, SubnetIds, 'InvalidSubnetID.NotFound'), Filters, {
        'subnet-id': ({ id }) => [id],
        'vpc-id': ({ vpcId }) => [vpcId],
      }).map((subnet) => this.#showSubnet(subnet)),
    }),
    DeleteSubnet: ({ SubnetId = '' }: DeleteSubnetRequest) => {
      require(this.subnets, SubnetId, 'InvalidSubnetID.NotFound', 'subnet');
      const isHeld = this.#heldInterfaces().some(({ subnetIds }) => subnetIds.includes(SubnetId));
      if (isHeld || this.inUseBy.usesSubnet(SubnetId)) throw dependency(`The subnet '${SubnetId}'`);
      for (const { id, associations } of this.routeTables.values()) {
        const left = Object.entries(associations).filter(([, subnetId]) => subnetId !== SubnetId);
        this.routeTables.change(id, { associations: Object.fromEntries(left) });
      }
      this.subnets.delete(SubnetId);
      return {};
    },

    CreateInternetGateway: ({ TagSpecifications }: CreateInternetGatewayRequest) => {
      const id = this.#around.newId('igw');
      const tags = tagsOf(TagSpecifications, 'internet-gateway');
      this.internetGateways.set(id, { id, tags, vpcId: undefined });
      return { InternetGateway: { InternetGatewayId: id, Attachments: [], Tags: toTagList(tags) } };
    },
    DescribeInternetGateways: ({ Filters, InternetGatewayIds }: DescribeInternetGatewaysRequest) => ({
      InternetGateways: filtered(
        this.#named(this.internetGateways, InternetGatewayIds, 'InvalidInternetGatewayID.NotFound'),
        Filters,
        { 'attachment.vpc-id': ({ vpcId }) => [vpcId] },
      ).map(({ id, tags, vpcId }) => ({
        InternetGatewayId: id,
        Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: 'available' }],
        Tags: toTagList(tags),
      })),
    }),
    AttachInternetGateway: ({ InternetGatewayId = '', VpcId = '' }: AttachInternetGatewayRequest) => {
      const gateway = require(this
        .internetGateways, InternetGatewayId, 'InvalidInternetGatewayID.NotFound', 'internetGateway');
      require(this.vpcs, VpcId, 'InvalidVpcID.NotFound', 'vpc');
      if (gateway.vpcId !== undefined)
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `resource ${InternetGatewayId} is already attached to network ${gateway.vpcId}`,
        );
      if (this.internetGateways.find(({ vpcId }) => vpcId === VpcId)) {
        throw new AwsError(
          'InvalidParameterValue',
          `Network ${VpcId} already has an internet gateway attached`,
        );
      }
      this.internetGateways.change(InternetGatewayId, { vpcId: VpcId });
      return {};
    },
    DetachInternetGateway: ({ InternetGatewayId = '', VpcId = '' }: DetachInternetGatewayRequest) => {
      const gateway = require(this
        .internetGateways, InternetGatewayId, 'InvalidInternetGatewayID.NotFound', 'internetGateway');
      if (gateway.vpcId !== VpcId)
        throw new AwsError(
          'Gateway.NotAttached',
          `resource ${InternetGatewayId} is not attached to network ${VpcId}`,
        );
      if (this.inUseBy.hasPublicAddressIn(VpcId)) {
        throw new AwsError(
          'DependencyViolation',
          `Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        );
      }
      this.internetGateways.change(InternetGatewayId, { vpcId: undefined });
      return {};
    },
    DeleteInternetGateway: ({ InternetGatewayId = '' }: DeleteInternetGatewayRequest) => {
      const gateway = require(this
        .internetGateways, InternetGatewayId, 'InvalidInternetGatewayID.NotFound', 'internetGateway');
      if (gateway.vpcId !== undefined) throw dependency(`The internetGateway '${InternetGatewayId}'`);
      this.internetGateways.delete(InternetGatewayId);
      return {};
    },

    CreateRouteTable: ({ VpcId = '', TagSpecifications, ClientToken }: CreateRouteTableRequest) => {
      require(this.vpcs, VpcId, 'InvalidVpcID.NotFound', 'vpc');
      const known = this.routeTables.get(this.#tokens.get(ClientToken ?? ''));
      const id = known?.id ?? this.#around.newId('rtb');
      if (ClientToken !== undefined) this.#tokens.set(ClientToken, id);
      const table =
        known ??
        this.routeTables.set(id, {
          id,
          tags: tagsOf(TagSpecifications, 'route-table'),
          vpcId: VpcId,
          gatewayId: undefined,
          associations: {},
        });
      return { RouteTable: showRouteTable(table) };
    },
    DescribeRouteTables: ({ Filters, RouteTableIds }: DescribeRouteTablesRequest) => ({
      RouteTables: filtered(
        this.#named(this.routeTables, RouteTableIds, 'InvalidRouteTableID.NotFound'),
        Filters,
        {
          'vpc-id': ({ vpcId }) => [vpcId],
          'association.subnet-id': ({ associations }) => Object.values(associations),
        },
      ).map(showRouteTable),
    }),
    ReplaceRoute: ({ RouteTableId = '', GatewayId = '' }: ReplaceRouteRequest) => {
      require(this.routeTables, RouteTableId, 'InvalidRouteTableID.NotFound', 'routeTable');
      this.routeTables.change(RouteTableId, { gatewayId: GatewayId });
      return {};
    },
    CreateRoute: ({ RouteTableId = '', GatewayId = '' }: CreateRouteRequest) => {
      const table = require(this.routeTables, RouteTableId, 'InvalidRouteTableID.NotFound', 'routeTable');
      const gateway = require(this
        .internetGateways, GatewayId, 'InvalidInternetGatewayID.NotFound', 'internetGateway');
      if (table.gatewayId !== undefined)
        throw new AwsError('RouteAlreadyExists', 'The route identified by 0.0.0.0/0 already exists.');
      if (gateway.vpcId !== table.vpcId) {
        throw new AwsError(
          'InvalidParameterValue',
          `route table ${RouteTableId} and network gateway ${GatewayId} belong to different networks`,
        );
      }
      this.routeTables.change(RouteTableId, { gatewayId: GatewayId });
      return { Return: true };
    },
    AssociateRouteTable: ({ RouteTableId = '', SubnetId = '' }: AssociateRouteTableRequest) => {
      const table = require(this.routeTables, RouteTableId, 'InvalidRouteTableID.NotFound', 'routeTable');
      require(this.subnets, SubnetId, 'InvalidSubnetID.NotFound', 'subnet');
      if (this.routeTables.find(({ associations }) => Object.values(associations).includes(SubnetId))) {
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `the specified association for route table ${RouteTableId} conflicts with an existing association`,
        );
      }
      const AssociationId = this.#around.newId('rtbassoc');
      this.routeTables.change(RouteTableId, {
        associations: { ...table.associations, [AssociationId]: SubnetId },
      });
      return { AssociationId };
    },
    DisassociateRouteTable: ({ AssociationId = '' }: DisassociateRouteTableRequest) => {
      const table = this.routeTables.find(({ associations }) => AssociationId in associations);
      if (!table) throw missing('InvalidAssociationID.NotFound', 'association', AssociationId);
      const { [AssociationId]: _, ...associations } = table.associations;
      this.routeTables.change(table.id, { associations });
      return {};
    },
    DeleteRouteTable: ({ RouteTableId = '' }: DeleteRouteTableRequest) => {
      const table = require(this.routeTables, RouteTableId, 'InvalidRouteTableID.NotFound', 'routeTable');
      if (Object.keys(table.associations).length > 0) throw dependency(`The routeTable '${RouteTableId}'`);
      this.routeTables.delete(RouteTableId);
      return {};
    },

    CreateSecurityGroup: ({
      GroupName = '',
      Description = '',
      VpcId = '',
      TagSpecifications,
    }: CreateSecurityGroupRequest) => {
      require(this.vpcs, VpcId, 'InvalidVpcID.NotFound', 'vpc');
      if (this.securityGroups.find(({ name, vpcId }) => name === GroupName && vpcId === VpcId)) {
        throw new AwsError(
          'InvalidGroup.Duplicate',
          `The security group '${GroupName}' already exists for VPC '${VpcId}'`,
        );
      }
      const id = this.#around.newId('sg');
      this.securityGroups.set(id, {
        id,
        tags: tagsOf(TagSpecifications, 'security-group'),
        name: GroupName,
        description: Description,
        vpcId: VpcId,
        ingress: [],
        egress: [EVERYWHERE],
      });
      return { GroupId: id };
    },
    DescribeSecurityGroups: ({ Filters, GroupIds }: DescribeSecurityGroupsRequest) => ({
      SecurityGroups: filtered(
        this.#named(this.securityGroups, GroupIds, 'InvalidGroup.NotFound'),
        Filters,
        GROUP_ATTRIBUTES,
      ).map(({ id, name, description, vpcId, tags, ingress, egress }) => ({
        GroupId: id,
        GroupName: name,
        Description: description,
        VpcId: vpcId,
        Tags: toTagList(tags),
        IpPermissions: structuredClone(ingress),
        IpPermissionsEgress: structuredClone(egress),
      })),
    }),
    AuthorizeSecurityGroupIngress: (request: AuthorizeSecurityGroupIngressRequest) =>
      this.#authorize('ingress', request),
    RevokeSecurityGroupIngress: (request: RevokeSecurityGroupIngressRequest) =>
      this.#revoke('ingress', request),
    AuthorizeSecurityGroupEgress: (request: AuthorizeSecurityGroupEgressRequest) =>
      this.#authorize('egress', request),
    RevokeSecurityGroupEgress: (request: RevokeSecurityGroupEgressRequest) => this.#revoke('egress', request),
    DeleteSecurityGroup: ({ GroupId = '' }: DeleteSecurityGroupRequest) => {
      require(this.securityGroups, GroupId, 'InvalidGroup.NotFound', 'security group');
      const isNamed = this.securityGroups.find(
        ({ id, ingress }) =>
          id !== GroupId &&
          ingress.some(({ UserIdGroupPairs = [] }) =>
            UserIdGroupPairs.some((pair) => pair.GroupId === GroupId),
          ),
      );
      const isHeld = this.#heldInterfaces().some(({ groupIds }) => groupIds.includes(GroupId));
      if (isNamed || isHeld || this.inUseBy.usesGroup(GroupId)) {
        throw new AwsError('DependencyViolation', `resource ${GroupId} has a dependent object`);
      }
      this.securityGroups.delete(GroupId);
      return { Return: true };
    },
  };

  #heldInterfaces(): LambdaInterface[] {
    return this.lambdaInterfaces.filter(({ goneAt }) => goneAt === undefined || goneAt > this.#moment.now);
  }

  #named<Row extends Tagged>(table: Table<Row>, ids: readonly string[] | undefined, error: string): Row[] {
    return ids ? ids.map((id) => require(table, id, error, 'resource')) : table.values();
  }

  #authorize(
    way: Way,
    {
      GroupId = '',
      IpPermissions = [],
    }: { GroupId?: string | undefined; IpPermissions?: IpPermission[] | undefined },
  ): object {
    const group = require(this.securityGroups, GroupId, 'InvalidGroup.NotFound', 'security group');
    for (const permission of IpPermissions) {
      for (const { GroupId: other = '' } of permission.UserIdGroupPairs ?? [])
        require(this.securityGroups, other, 'InvalidGroup.NotFound', 'security group');
      if (group[way].some((known) => isSameRule(known, permission)))
        throw new AwsError('InvalidPermission.Duplicate', 'the specified rule already exists');
    }
    this.securityGroups.change(GroupId, { [way]: [...group[way], ...IpPermissions.map(asKept)] });
    return { Return: true };
  }

  #revoke(
    way: Way,
    {
      GroupId = '',
      IpPermissions = [],
    }: { GroupId?: string | undefined; IpPermissions?: IpPermission[] | undefined },
  ): object {
    const group = require(this.securityGroups, GroupId, 'InvalidGroup.NotFound', 'security group');
    const left = group[way].filter((known) => !IpPermissions.some((each) => isSameRule(known, each)));
    if (left.length === group[way].length)
      throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this group.');
    this.securityGroups.change(GroupId, { [way]: left });
    return { Return: true };
  }

  #showVpc({ id, cidr, tags, madeAt }: Vpc) {
    const State = this.#isPending(madeAt) ? 'pending' : 'available';
    return { VpcId: id, CidrBlock: cidr, State, IsDefault: false, Tags: toTagList(tags) };
  }

  #showSubnet({ id, vpcId, cidr, zone, tags, madeAt }: Subnet) {
    return {
      SubnetId: id,
      VpcId: vpcId,
      CidrBlock: cidr,
      AvailabilityZone: zone,
      State: this.#isPending(madeAt) ? 'pending' : 'available',
      Tags: toTagList(tags),
    };
  }

  #isPending(madeAt: number): boolean {
    return this.#moment.since(madeAt) < this.#around.times.networkPending;
  }
}

const GROUP_ATTRIBUTES: Attributes<SecurityGroup> = {
  'group-id': ({ id }) => [id],
  'group-name': ({ name }) => [name],
  'vpc-id': ({ vpcId }) => [vpcId],
};

function showRouteTable({ id, vpcId, tags, gatewayId, associations }: RouteTable) {
  const out = { DestinationCidrBlock: '0.0.0.0/0', GatewayId: gatewayId, State: 'active' };
  return {
    RouteTableId: id,
    VpcId: vpcId,
    Tags: toTagList(tags),
    Routes: [
      { DestinationCidrBlock: 'local', GatewayId: 'local' },
      ...(gatewayId === undefined ? [] : [out]),
    ],
    Associations: Object.entries(associations).map(([RouteTableAssociationId, SubnetId]) => ({
      RouteTableAssociationId,
      SubnetId,
      RouteTableId: id,
      Main: false,
    })),
  };
}

const ruleKey = ({ IpProtocol, FromPort, ToPort, IpRanges = [], UserIdGroupPairs = [] }: IpPermission) =>
  JSON.stringify([
    IpProtocol,
    FromPort,
    ToPort,
    IpRanges.map(({ CidrIp }) => CidrIp),
    UserIdGroupPairs.map(({ GroupId }) => GroupId),
  ]);

/** The two directions of a security group's rules. */
type Way = 'ingress' | 'egress';

const EVERYWHERE: IpPermission = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };

/** A range is kept without the bits of hosts. (EC2: IpRange.) */
const asKept = ({ IpRanges, ...rule }: IpPermission): IpPermission =>
  structuredClone({
    ...rule,
    ...(IpRanges && { IpRanges: IpRanges.map(({ CidrIp = '' }) => ({ CidrIp: canonicalRange(CidrIp) })) }),
  });

const isSameRule = (a: IpPermission, b: IpPermission): boolean => ruleKey(a) === ruleKey(b);

const missing = (error: string, what: string, id: string) =>
  new AwsError(error, `The ${what} ID '${id}' does not exist`);

function require<Row extends object>(table: Table<Row>, id: string, error: string, what: string): Row {
  const row = table.get(id);
  if (!row) throw missing(error, what, id);
  return row;
}

const dependency = (what: string) =>
  new AwsError('DependencyViolation', `${what} has dependencies and cannot be deleted.`);
