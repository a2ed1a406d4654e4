import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  type Filter,
  type IpPermission,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { isInUse, orGone, orPresent, told, unlessThere } from '../account/errors.ts';
import { type OwnedListing, survey } from '../account/survey.ts';
import { deleteVersions } from '../calls/old-versions.ts';
import { type Actual, READY } from '../object/actual.ts';
import { canonical, differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { ownerKey } from '../object/owner.ts';
import { clusterFilters, ownerFilters, tagEc2, tagged, untagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

/** A TCP port, and who reaches it: the members of a group or a range of IPv4 addresses. */
export type Ingress =
  | { readonly port: number; readonly fromGroupId: string }
  | { readonly port: number; readonly fromCidr: string };

export interface SecurityGroupDesired {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  /** What may be reached; everything else is closed. */
  readonly ingress: readonly Ingress[];
  /** TCP ports, of whatever machine, that its own members may reach, and nothing else. */
  readonly egress: 'everywhere' | readonly number[];
}

/** `strange` are rules that the operator never makes: someone opened a door by hand. */
type Doors = { readonly ingress: readonly Ingress[]; readonly strange: readonly IpPermission[] };
/** `egress`: each rule with one target. */
type Details = Doors & { readonly egress: readonly IpPermission[]; readonly vpcId: string };

function split(permissions: readonly IpPermission[]): Doors {
  const ingress: Ingress[] = [];
  const strange: IpPermission[] = [];
  for (const permission of permissions) {
    const { IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], PrefixListIds = [] } = permission;
    const groups = permission.UserIdGroupPairs ?? [];
    const others = Ipv6Ranges.length + PrefixListIds.length;
    if (IpProtocol === 'tcp' && FromPort !== undefined && FromPort === ToPort && others === 0) {
      ingress.push(...groups.map(({ GroupId = '' }) => ({ port: FromPort, fromGroupId: GroupId })));
      ingress.push(...IpRanges.map(({ CidrIp = '' }) => ({ port: FromPort, fromCidr: CidrIp })));
    } else strange.push(permission);
  }
  return { ingress, strange };
}

const permissionOf = ({ port, ...from }: Ingress): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  ...('fromCidr' in from
    ? { IpRanges: [{ CidrIp: from.fromCidr }] }
    : { UserIdGroupPairs: [{ GroupId: from.fromGroupId }] }),
});

const ANYWHERE = [{ CidrIp: '0.0.0.0/0' }];
/** What AWS lets every new group reach. */
const ALL: IpPermission = { IpProtocol: '-1', IpRanges: ANYWHERE };

const wantedEgress = (egress: SecurityGroupDesired['egress']): IpPermission[] =>
  egress === 'everywhere'
    ? [ALL]
    : egress.map((port) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: ANYWHERE }));

/** Rules with one target each, and without their descriptions. */
function single({ IpProtocol, FromPort, ToPort, ...targets }: IpPermission): IpPermission[] {
  const ports = IpProtocol === '-1' ? { IpProtocol } : { IpProtocol, FromPort, ToPort };
  return [
    ...(targets.IpRanges ?? []).map(({ CidrIp }) => ({ ...ports, IpRanges: [{ CidrIp }] })),
    ...(targets.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => ({ ...ports, Ipv6Ranges: [{ CidrIpv6 }] })),
    ...(targets.PrefixListIds ?? []).map(({ PrefixListId }) => ({
      ...ports,
      PrefixListIds: [{ PrefixListId }],
    })),
    ...(targets.UserIdGroupPairs ?? []).map(({ GroupId }) => ({ ...ports, UserIdGroupPairs: [{ GroupId }] })),
  ];
}

/** What has to be opened and closed for members to reach what they should; who reaches all keeps what else there is. */
function egressChanges({ egress }: Details, wanted: SecurityGroupDesired['egress']) {
  const rules = wantedEgress(wanted);
  return {
    missing: lacking(egress, rules),
    surplus: wanted === 'everywhere' ? [] : lacking(rules, egress),
  };
}

async function list(account: Account, filters: Filter[]): Promise<Actual<Details>[]> {
  const found: Actual<Details>[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: account.ec2 }, { Filters: filters })) {
    for (const { GroupId = '', GroupName = '', VpcId = '', Tags, ...rules } of page.SecurityGroups ?? []) {
      found.push({
        id: GroupId,
        tags: tagRecord(Tags),
        state: READY,
        outputs: { id: GroupId, name: GroupName },
        details: {
          ...split(rules.IpPermissions ?? []),
          egress: (rules.IpPermissionsEgress ?? []).flatMap(single),
          vpcId: VpcId,
        },
      });
    }
  }
  return found;
}

const nameIn = (vpcId: string, name: string | undefined) => `${vpcId}/${name}`;

const GROUPS: OwnedListing<Actual<Details>> = {
  name: 'security groups',
  async *load(account, owner) {
    yield* await list(account, clusterFilters(owner));
  },
  idOf: ({ outputs, details }) => nameIn(details.vpcId, outputs.name),
  ownerOf: ({ tags = {} }) => ownerKey(tags),
  keyOf: ({ identity }) => ownerKey(identity),
};

const lacking = <Rule extends object>(from: readonly Rule[], wanted: readonly Rule[]): Rule[] =>
  wanted.filter((rule) => !from.some((other) => canonical(other) === canonical(rule)));

export const securityGroup = defineKind<SecurityGroupDesired, Details>({
  removal: 60,
  async find(account, { name, vpcId }) {
    const filters = [
      { Name: 'group-name', Values: [name] },
      { Name: 'vpc-id', Values: [vpcId] },
    ];
    return (await list(account, filters))[0];
  },
  async glance(account, { name, vpcId }, owner) {
    const groups = await survey(account, owner, GROUPS);
    const found = groups?.byId.get(nameIn(vpcId, name));
    return groups && found && { actual: found, at: groups.at };
  },
  async glanceIds(account, owner) {
    return (await survey(account, owner, GROUPS))?.of(owner).map(({ id }) => id);
  },
  byId: async (account, id) => (await list(account, [{ Name: 'group-id', Values: [id] }]))[0],
  owned: (account, owner) => list(account, ownerFilters(owner)),
  compare({ details }, { ingress, egress }) {
    const { missing, surplus } = egressChanges(details, egress);
    return [
      ...differing(details, { ingress, strange: [] }),
      ...(missing.length + surplus.length > 0 ? ['egress'] : []),
    ];
  },
  async create(account, { name, description, vpcId }, tags, owner) {
    const { GroupId } = await unlessThere(
      account.ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: name,
          Description: description,
          VpcId: vpcId,
          TagSpecifications: tagged('security-group', owner, tags),
        }),
      ),
    );
    const id = told(GroupId, `which security group ${name} it made`);
    return { id, tags, state: READY, outputs: { id, name }, details: { ...split([]), egress: [ALL], vpcId } };
  },
  async update(account, { ingress, egress }, found) {
    const { id, details } = found;
    const surplus = [...lacking(ingress, details.ingress).map(permissionOf), ...details.strange];
    if (surplus.length > 0) {
      await orGone(
        account.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: surplus })),
      );
    }
    const missing = lacking(details.ingress, ingress).map(permissionOf);
    if (missing.length > 0) {
      await orPresent(
        account.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: missing })),
      );
    }
    const changes = egressChanges(details, egress);
    await changeEgress(account, id, changes);
    const left = details.egress.filter((rule) => !changes.surplus.includes(rule));
    return { ...found, details: { ...details, ingress, strange: [], egress: [...left, ...changes.missing] } };
  },
  async remove(account, { id, outputs }) {
    try {
      await orGone(account.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id })));
    } catch (error) {
      if (isInUse(error)) await leave(account, id, outputs.name ?? '');
      throw error;
    }
  },
  tag: tagEc2,
  untag: untagEc2,
});

/**
 * The function that a group is for has its name. A version of it that is kept, but takes no deliveries any more, holds the
 * group as long as it is there. (Lambda: "Giving Lambda functions access to resources in an Amazon VPC".)
 */
const leave = (account: Account, groupId: string, functionName: string): Promise<void> =>
  deleteVersions(
    account,
    functionName,
    ({ VpcConfig }) => VpcConfig?.SecurityGroupIds?.includes(groupId) ?? false,
  );

/** Opens before it closes: connections go on. */
async function changeEgress(
  account: Account,
  GroupId: string,
  { missing, surplus }: ReturnType<typeof egressChanges>,
): Promise<void> {
  if (missing.length > 0) {
    const rules = { GroupId, IpPermissions: missing };
    await orPresent(account.ec2.send(new AuthorizeSecurityGroupEgressCommand(rules)));
  }
  if (surplus.length > 0) {
    const rules = { GroupId, IpPermissions: surplus };
    await orGone(account.ec2.send(new RevokeSecurityGroupEgressCommand(rules)));
  }
}
