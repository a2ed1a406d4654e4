import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  paginateGetAccountAuthorizationDetails,
  paginateListRoles,
  type Role,
  type RoleDetail,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, told, unlessThere } from '../account/errors.ts';
import { type OwnedListing, survey } from '../account/survey.ts';
import { noteNewRole } from '../calls/new-role.ts';
import { type Actual, READY } from '../object/actual.ts';
import { canonical, differing } from '../object/canonical.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import { carries, type Owner } from '../object/owner.ts';
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

type Details = Omit<RoleDesired, 'path'> & { readonly strange: Strange };

/** Policies that the operator never gives a role: someone opened a door by hand. */
interface Strange {
  /** Names of further inline policies. */
  readonly inline: readonly string[];
  /** ARNs of policies of their own. */
  readonly attached: readonly string[];
}

const NOTHING_STRANGE: Strange = { inline: [], attached: [] };

/** The role has one inline policy, so that policy and role live and die together. */
const POLICY = 'nami';

const trust = (service: string) =>
  policyText([{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }]);

/** The service that may take a role, and nobody else; nothing where it is otherwise. */
function trusted(document: string | undefined): string {
  const statements = parsePolicy(document);
  const principal = statements[0]?.Principal;
  const service = typeof principal === 'object' ? String(principal.Service ?? '') : '';
  return canonical(statements) === canonical(parsePolicy(trust(service))) ? service : '';
}

/** A role can't move to another path, so that is no difference. */
const differences = (details: Details, { path: _, ...desired }: RoleDesired) =>
  differing(details, { ...desired, strange: NOTHING_STRANGE });

function actual(
  { RoleName = '', Arn = '', RoleId = '', Tags, ...role }: Partial<Role>,
  policy: string | undefined,
  strange = NOTHING_STRANGE,
): Actual<Details> {
  return {
    id: RoleName,
    tags: tagRecord(Tags),
    state: READY,
    outputs: { name: RoleName, arn: Arn, roleId: RoleId },
    details: {
      name: RoleName,
      service: trusted(role.AssumeRolePolicyDocument),
      statements: parsePolicy(policy),
      boundaryArn: role.PermissionsBoundary?.PermissionsBoundaryArn ?? '',
      strange,
    },
  };
}

async function find(
  account: Account,
  { name }: { readonly name: string },
  owner: Owner,
): Promise<Actual<Details> | undefined> {
  const RoleName = name;
  const found = await orAbsent(account.iam.send(new GetRoleCommand({ RoleName })));
  if (!found) return undefined;
  const role = told(found.Role, `how the role ${name} is`);
  // What another's role may do is nothing to the operator, nor its to read.
  if (!carries(tagRecord(role.Tags), owner.identity)) return actual(role, undefined);
  const [policy, inline, attached] = await Promise.all([
    orAbsent(account.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: POLICY }))),
    // One page holds more than a role may have.
    orAbsent(account.iam.send(new ListRolePoliciesCommand({ RoleName }))),
    orAbsent(account.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))),
  ]);
  return actual(role, policy?.PolicyDocument, {
    inline: inline?.PolicyNames?.filter((each) => each !== POLICY) ?? [],
    attached: attached?.AttachedPolicies?.flatMap(({ PolicyArn }) => PolicyArn ?? []) ?? [],
  });
}

/** One page of many tells all of a role: its rights, policies and tags. (IAM API: GetAccountAuthorizationDetails.) */
const ROLES: OwnedListing<RoleDetail> = {
  name: 'roles',
  async *load({ iam }, { path, prefix }) {
    const root = path.slice(0, -`${prefix}/`.length);
    const Filter = ['Role' as const];
    for await (const page of paginateGetAccountAuthorizationDetails(
      { client: iam, pageSize: 1000 },
      { Filter },
    ))
      yield* (page.RoleDetailList ?? []).filter(({ Path = '' }) => Path.startsWith(root));
  },
  idOf: ({ RoleName = '' }) => RoleName,
  ownerOf: ({ Path = '' }) => Path,
  keyOf: ({ path }) => path,
};

function ofDetail({
  RolePolicyList = [],
  AttachedManagedPolicies = [],
  ...role
}: RoleDetail): Actual<Details> {
  const policy = RolePolicyList.find(({ PolicyName }) => PolicyName === POLICY);
  return actual(role, policy?.PolicyDocument, {
    inline: RolePolicyList.flatMap(({ PolicyName = '' }) => (PolicyName === POLICY ? [] : PolicyName)),
    attached: AttachedManagedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []),
  });
}

/** The names of the instance profiles in which an owner's roles are, as a list of everybody's roles shows them. */
export async function glanceProfiles(account: Account, owner: Owner): Promise<readonly string[] | undefined> {
  const roles = await survey(account, owner, ROLES);
  return roles
    ?.of(owner)
    .flatMap(({ InstanceProfileList = [] }) =>
      InstanceProfileList.flatMap(({ InstanceProfileName }) => InstanceProfileName ?? []),
    );
}

/** Its rights are the operator's to give alone; a role that has further policies can't be deleted either. */
async function closeDoors({ iam }: Account, RoleName: string, { inline, attached }: Strange): Promise<void> {
  for (const PolicyName of inline) {
    await orGone(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  }
  for (const PolicyArn of attached) {
    await orGone(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  }
}

export const role = defineKind<RoleDesired, Details>({
  removal: 90,
  find,
  async glance(account, { name }, owner) {
    const roles = await survey(account, owner, ROLES);
    const detail = roles?.byId.get(name);
    return roles && detail && { actual: ofDetail(detail), at: roles.at };
  },
  async glanceIds(account, owner) {
    return (await survey(account, owner, ROLES))?.of(owner).flatMap(({ RoleName }) => RoleName ?? []);
  },
  byId: (account, name, owner) => find(account, { name }, owner),
  async owned(account, owner, isKnown = noneKnown) {
    const names: string[] = [];
    for await (const page of paginateListRoles({ client: account.iam }, { PathPrefix: owner.path })) {
      names.push(...(page.Roles ?? []).flatMap(({ RoleName }) => RoleName ?? []));
    }
    const unknown = names.filter((name) => !isKnown(name));
    const roles = await Promise.all(unknown.map((name) => find(account, { name }, owner)));
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
    const what = `which role ${desired.name} it made`;
    noteNewRole(account, told(Role?.Arn, what));
    const { boundaryArn, service } = desired;
    const made = actual(told(Role, what), undefined);
    return { ...made, tags, details: { ...made.details, boundaryArn, service } };
  },
  async update(account, desired, found) {
    const RoleName = desired.name;
    const { details } = found;
    const changed = differences(details, desired);
    await closeDoors(account, RoleName, details.strange);
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
    const { path: _, ...given } = desired;
    return { ...found, details: { ...given, strange: NOTHING_STRANGE } };
  },
  async remove(account, { id, details }) {
    await closeDoors(account, id, details.strange);
    await orGone(account.iam.send(new DeleteRolePolicyCommand({ RoleName: id, PolicyName: POLICY })));
    await orGone(account.iam.send(new DeleteRoleCommand({ RoleName: id })));
  },
  async tag(account, { id }, tags) {
    await account.iam.send(new TagRoleCommand({ RoleName: id, Tags: tagList(tags) }));
  },
  async untag(account, { id }, keys) {
    await account.iam.send(new UntagRoleCommand({ RoleName: id, TagKeys: [...keys] }));
  },
});
