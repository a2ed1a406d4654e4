import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  type Filter,
  type IpPermission,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orGone, orPresent, unlessThere } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { canonical, differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { ownerFilters, tagEc2, tagged } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

interface Ingress {
  readonly port: number;
  readonly fromGroupId: string;
}

export interface SecurityGroupDesired {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  /** TCP ports that members of other groups may reach; everything else is closed. */
  readonly ingress: readonly Ingress[];
}

/** `strange` are rules that the operator never makes: someone opened a door by hand. */
type Details = { readonly ingress: readonly Ingress[]; readonly strange: readonly IpPermission[] };

function split(permissions: readonly IpPermission[]): Details {
  const ingress: Ingress[] = [];
  const strange: IpPermission[] = [];
  for (const permission of permissions) {
    const { IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], PrefixListIds = [] } = permission;
    const groups = permission.UserIdGroupPairs ?? [];
    const others = IpRanges.length + Ipv6Ranges.length + PrefixListIds.length;
    if (IpProtocol === 'tcp' && FromPort !== undefined && FromPort === ToPort && others === 0) {
      ingress.push(...groups.map(({ GroupId = '' }) => ({ port: FromPort, fromGroupId: GroupId })));
    } else strange.push(permission);
  }
  return { ingress, strange };
}

const permissionOf = ({ port, fromGroupId }: Ingress): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  UserIdGroupPairs: [{ GroupId: fromGroupId }],
});

async function list(account: Account, filters: Filter[]): Promise<Actual<Details>[]> {
  const found: Actual<Details>[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: account.ec2 }, { Filters: filters })) {
    for (const { GroupId = '', GroupName = '', Tags, IpPermissions } of page.SecurityGroups ?? []) {
      found.push({
        id: GroupId,
        tags: tagRecord(Tags),
        state: READY,
        outputs: { id: GroupId, name: GroupName },
        details: split(IpPermissions ?? []),
      });
    }
  }
  return found;
}

const lacking = (from: readonly Ingress[], wanted: readonly Ingress[]) =>
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
  byId: async (account, id) => (await list(account, [{ Name: 'group-id', Values: [id] }]))[0],
  owned: (account, owner) => list(account, ownerFilters(owner)),
  compare: ({ details }, { ingress }) => differing(details, { ingress, strange: [] }),
  async create(account, { name, description, vpcId }, tags, owner) {
    const { GroupId: id = '' } = await unlessThere(
      account.ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: name,
          Description: description,
          VpcId: vpcId,
          TagSpecifications: tagged('security-group', owner, tags),
        }),
      ),
    );
    return { id, tags, state: READY, outputs: { id, name }, details: split([]) };
  },
  async update(account, { ingress }, { id, details }) {
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
  },
  async remove(account, { id }) {
    await orGone(account.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id })));
  },
  tag: tagEc2,
});
