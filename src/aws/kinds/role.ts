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
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, orPresent } from '../account/errors.ts';
import { untilKnown } from '../account/fresh.ts';
import { differing } from '../object/canonical.ts';
import { type Actual, defineKind, READY } from '../object/kind.ts';
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

async function find(account: Account, { name }: { name: string }): Promise<Actual<Details> | undefined> {
  const [role, policy] = await Promise.all([
    orAbsent(account.iam.send(new GetRoleCommand({ RoleName: name }))),
    orAbsent(account.iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: POLICY }))),
  ]);
  if (!role?.Role) return undefined;
  const { Arn = '', RoleId = '', Tags, AssumeRolePolicyDocument, PermissionsBoundary } = role.Role;
  const principal = parsePolicy(AssumeRolePolicyDocument)[0]?.Principal;
  return {
    id: name,
    tags: tagRecord(Tags),
    state: READY,
    outputs: { name, arn: Arn, roleId: RoleId },
    details: {
      name,
      service: typeof principal === 'object' ? String(principal.Service ?? '') : '',
      statements: parsePolicy(policy?.PolicyDocument),
      boundaryArn: PermissionsBoundary?.PermissionsBoundaryArn ?? '',
    },
  };
}

export const role = defineKind<RoleDesired, Details>({
  removal: 90,
  find,
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
    await orPresent(
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
    await untilKnown(() => putPolicy(account, desired));
  },
  async update(account, desired, { details }) {
    const RoleName = desired.name;
    const changed = differences(details, desired);
    if (changed.includes('service')) {
      await account.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(desired.service) }),
      );
    }
    if (changed.includes('statements')) await putPolicy(account, desired);
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

async function putPolicy(account: Account, { name, statements }: RoleDesired): Promise<void> {
  await account.iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: POLICY, PolicyDocument: policyText(statements) }),
  );
}
