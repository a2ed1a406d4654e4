import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  paginateListRoles,
  type Role,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, unlessThere } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { type PolicyStatement, parsePolicy, policyText } from '../wire/policy.ts';
import { tagList, tagRecord } from '../wire/tags.ts';

export interface RoleDesired {
  readonly name: string;
  /** IAM path, with slashes at both ends. */
  readonly path: string;
  /** Service that may take the role, such as "lambda.amazonaws.com". */
  readonly service: string;
  readonly statements: readonly PolicyStatement[];
  /** ARN of the permissions boundary; empty for none. */
  readonly boundaryArn: string;
}

type Details = Omit<RoleDesired, 'path'>;

/** The role has one inline policy, so that policy and role live and die together. */
const POLICY = 'nami';

const trust = (service: string) =>
  policyText([{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }]);

/** A role can't move to another path, so that is no difference. */
const differences = (details: Details, { path: _, ...desired }: RoleDesired) => differing(details, desired);

function actual(
  { RoleName = '', Arn = '', RoleId = '', Tags, ...role }: Partial<Role>,
  policy: string | undefined,
): Actual<Details> {
  const principal = parsePolicy(role.AssumeRolePolicyDocument)[0]?.Principal;
  return {
    id: RoleName,
    tags: tagRecord(Tags),
    state: READY,
    outputs: { name: RoleName, arn: Arn, roleId: RoleId },
    details: {
      name: RoleName,
      service: typeof principal === 'object' ? String(principal.Service ?? '') : '',
      statements: parsePolicy(policy),
      boundaryArn: role.PermissionsBoundary?.PermissionsBoundaryArn ?? '',
    },
  };
}

async function find(account: Account, { name }: { name: string }): Promise<Actual<Details> | undefined> {
  const [role, policy] = await Promise.all([
    orAbsent(account.iam.send(new GetRoleCommand({ RoleName: name }))),
    orAbsent(account.iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: POLICY }))),
  ]);
  return role?.Role && actual(role.Role, policy?.PolicyDocument);
}

export const role = defineKind<RoleDesired, Details>({
  removal: 90,
  find,
  byId: (account, name) => find(account, { name }),
  async owned(account, owner) {
    const names: string[] = [];
    for await (const page of paginateListRoles({ client: account.iam }, { PathPrefix: owner.path })) {
      names.push(...(page.Roles ?? []).flatMap(({ RoleName }) => RoleName ?? []));
    }
    const roles = await Promise.all(names.map((name) => find(account, { name })));
    return roles.filter((found) => found !== undefined);
  },
  compare: ({ details }, desired) => differences(details, desired),
  async create(account, desired, tags) {
    const { Role } = await unlessThere(
      account.iam.send(
        new CreateRoleCommand({
          RoleName: desired.name,
          Path: desired.path,
          AssumeRolePolicyDocument: trust(desired.service),
          Tags: tagList(tags),
          ...(desired.boundaryArn !== '' && { PermissionsBoundary: desired.boundaryArn }),
        }),
      ),
    );
    const { boundaryArn, service } = desired;
    const made = actual(Role ?? {}, undefined);
    return { ...made, tags, details: { ...made.details, boundaryArn, service } };
  },
  async update(account, desired, { details }) {
    const RoleName = desired.name;
    const changed = differences(details, desired);
    if (changed.includes('service')) {
      await account.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(desired.service) }),
      );
    }
    if (changed.includes('statements')) {
      const PolicyDocument = policyText(desired.statements);
      await account.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument }));
    }
    if (changed.includes('boundaryArn')) {
      await (desired.boundaryArn === ''
        ? account.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }))
        : account.iam.send(
            new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: desired.boundaryArn }),
          ));
    }
  },
  async remove(account, { id }) {
    await orGone(account.iam.send(new DeleteRolePolicyCommand({ RoleName: id, PolicyName: POLICY })));
    await orGone(account.iam.send(new DeleteRoleCommand({ RoleName: id })));
  },
  async tag(account, { id }, tags) {
    await account.iam.send(new TagRoleCommand({ RoleName: id, Tags: tagList(tags) }));
  },
});
