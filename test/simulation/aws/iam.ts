import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateRoleRequest,
  DeleteInstanceProfileRequest,
  DeleteRolePermissionsBoundaryRequest,
  DeleteRolePolicyRequest,
  DeleteRoleRequest,
  DetachRolePolicyRequest,
  GetAccountAuthorizationDetailsRequest,
  GetInstanceProfileRequest,
  GetRolePolicyRequest,
  GetRoleRequest,
  ListAttachedRolePoliciesRequest,
  ListInstanceProfilesRequest,
  ListRolePoliciesRequest,
  ListRolesRequest,
  PutRolePermissionsBoundaryRequest,
  PutRolePolicyRequest,
  RemoveRoleFromInstanceProfileRequest,
  TagInstanceProfileRequest,
  TagRoleRequest,
  UntagInstanceProfileRequest,
  UntagRoleRequest,
  UpdateAssumeRolePolicyRequest,
} from '@aws-sdk/client-iam';
import { AwsError } from './aws-error.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';
import { fromTagList, type Tags, toTagList, withoutTags } from './tags.ts';

export interface Role {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly trust: string;
  readonly boundaryArn: string | undefined;
  readonly tags: Tags;
  readonly madeAt: number;
  readonly policies: Readonly<Record<string, { readonly document: string; readonly at: number }>>;
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
}

export interface InstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly tags: Tags;
  readonly madeAt: number;
  readonly roleName: string | undefined;
}

const PAGE = 100;

/** AWS Identity and Access Management. Errors as in the IAM API Reference, action by action. */
export class Iam extends Service {
  readonly roles = new Table<Role>(this.moment);
  readonly instanceProfiles = new Table<InstanceProfile>(this.moment);
  /** Called when a role is gone. */
  onRoleDeleted: (arn: string) => void = () => {};

  /** Whether other services can take a role by now. */
  isRoleKnown(arn: string): boolean {
    const role = this.roles.find((each) => each.arn === arn);
    return role !== undefined && this.moment.since(role.madeAt) >= this.around.times.roleKnown;
  }

  /** Whether a role's policies allow an action, as far as other services know by now. */
  isAllowed(roleArn: string, action: string): boolean {
    const { policies = {} } = this.roles.find(({ arn }) => arn === roleArn) ?? {};
    return Object.values(policies).some(
      ({ document, at }) =>
        document.includes(`"${action}"`) && this.moment.since(at) >= this.around.times.roleKnown,
    );
  }

  isProfileKnown(arn: string): boolean {
    const profile = this.instanceProfiles.find((each) => each.arn === arn);
    const isOld = profile && this.moment.since(profile.madeAt) >= this.around.times.profileKnown;
    return isOld === true && profile?.roleName !== undefined;
  }

  readonly operations: Operations = {
    CreateRole: ({
      RoleName = '',
      Path = '/',
      AssumeRolePolicyDocument = '',
      PermissionsBoundary,
      Tags,
    }: CreateRoleRequest) => {
      if (this.roles.has(RoleName)) throw exists('Role', RoleName);
      const role = this.roles.set(RoleName, {
        name: RoleName,
        path: Path,
        id: this.around.newId('AROA'),
        arn: this.#arn('role', Path, RoleName),
        trust: AssumeRolePolicyDocument,
        boundaryArn: PermissionsBoundary,
        tags: fromTagList(Tags),
        madeAt: this.now,
        policies: {},
        attached: [],
      });
      return { Role: show(role) };
    },
    GetRole: ({ RoleName = '' }: GetRoleRequest) => {
      const role = this.#role(RoleName);
      return {
        Role: {
          ...show(role),
          Tags: toTagList(role.tags),
          ...(role.boundaryArn !== undefined && {
            PermissionsBoundary: { PermissionsBoundaryArn: role.boundaryArn },
          }),
        },
      };
    },
    ListRoles: ({ PathPrefix = '/', Marker, MaxItems }: ListRolesRequest) => {
      const found = this.roles.filter(({ path }) => path.startsWith(PathPrefix));
      const { items, next } = pageOf(found, Marker, MaxItems ?? PAGE);
      return { Roles: items.map(show), IsTruncated: next !== undefined, Marker: next };
    },
    GetAccountAuthorizationDetails: ({ Marker, MaxItems, Filter }: GetAccountAuthorizationDetailsRequest) => {
      const found = !Filter || Filter.includes('Role') ? this.roles.values() : [];
      const { items, next } = pageOf(found, Marker, MaxItems ?? PAGE);
      const RoleDetailList = items.map((role) => ({
        ...show(role),
        Tags: toTagList(role.tags),
        RolePolicyList: Object.entries(role.policies).map(([PolicyName, { document }]) => ({
          PolicyName,
          PolicyDocument: encodeURIComponent(document),
        })),
        AttachedManagedPolicies: role.attached.map((PolicyArn) => ({ PolicyArn })),
        InstanceProfileList: this.instanceProfiles
          .filter(({ roleName }) => roleName === role.name)
          .map(({ name }) => ({ InstanceProfileName: name })),
        ...(role.boundaryArn !== undefined && {
          PermissionsBoundary: { PermissionsBoundaryArn: role.boundaryArn },
        }),
      }));
      return { RoleDetailList, IsTruncated: next !== undefined, Marker: next };
    },
    DeleteRole: ({ RoleName = '' }: DeleteRoleRequest) => {
      const role = this.#role(RoleName);
      if (Object.keys(role.policies).length > 0)
        throw conflict('Cannot delete entity, must delete policies first.');
      if (role.attached.length > 0) throw conflict('Cannot delete entity, must detach all policies first.');
      if (this.instanceProfiles.find(({ roleName }) => roleName === RoleName))
        throw conflict('Cannot delete entity, must remove roles from instance profile first.');
      this.roles.delete(RoleName);
      this.onRoleDeleted(role.arn);
      return {};
    },
    UpdateAssumeRolePolicy: ({ RoleName = '', PolicyDocument = '' }: UpdateAssumeRolePolicyRequest) => {
      this.#role(RoleName);
      this.roles.change(RoleName, { trust: PolicyDocument });
      return {};
    },
    PutRolePermissionsBoundary: ({
      RoleName = '',
      PermissionsBoundary,
    }: PutRolePermissionsBoundaryRequest) => {
      this.#role(RoleName);
      this.roles.change(RoleName, { boundaryArn: PermissionsBoundary });
      return {};
    },
    DeleteRolePermissionsBoundary: ({ RoleName = '' }: DeleteRolePermissionsBoundaryRequest) => {
      this.#role(RoleName);
      this.roles.change(RoleName, { boundaryArn: undefined });
      return {};
    },
    TagRole: ({ RoleName = '', Tags }: TagRoleRequest) => {
      const { tags } = this.#role(RoleName);
      this.roles.change(RoleName, { tags: { ...tags, ...fromTagList(Tags) } });
      return {};
    },
    UntagRole: ({ RoleName = '', TagKeys }: UntagRoleRequest) => {
      this.roles.change(RoleName, { tags: withoutTags(this.#role(RoleName).tags, TagKeys) });
      return {};
    },
    ListRolePolicies: ({ RoleName = '' }: ListRolePoliciesRequest) => ({
      PolicyNames: Object.keys(this.#role(RoleName).policies),
      IsTruncated: false,
    }),
    ListAttachedRolePolicies: ({ RoleName = '' }: ListAttachedRolePoliciesRequest) => ({
      AttachedPolicies: this.#role(RoleName).attached.map((PolicyArn) => ({ PolicyArn })),
      IsTruncated: false,
    }),
    DetachRolePolicy: ({ RoleName = '', PolicyArn = '' }: DetachRolePolicyRequest) => {
      const { attached } = this.#role(RoleName);
      if (!attached.includes(PolicyArn)) throw absent('attached policy', PolicyArn);
      this.roles.change(RoleName, { attached: attached.filter((each) => each !== PolicyArn) });
      return {};
    },
    PutRolePolicy: ({ RoleName = '', PolicyName = '', PolicyDocument = '' }: PutRolePolicyRequest) => {
      const { policies } = this.#role(RoleName);
      const policy = { document: PolicyDocument, at: this.now };
      this.roles.change(RoleName, { policies: { ...policies, [PolicyName]: policy } });
      return {};
    },
    GetRolePolicy: ({ RoleName = '', PolicyName = '' }: GetRolePolicyRequest) => {
      const policy = this.#role(RoleName).policies[PolicyName];
      if (!policy) throw absent('role policy', PolicyName);
      return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(policy.document) };
    },
    DeleteRolePolicy: ({ RoleName = '', PolicyName = '' }: DeleteRolePolicyRequest) => {
      const { [PolicyName]: policy, ...policies } = this.#role(RoleName).policies;
      if (!policy) throw absent('role policy', PolicyName);
      this.roles.change(RoleName, { policies });
      return {};
    },

    CreateInstanceProfile: ({ InstanceProfileName = '', Path = '/', Tags }: CreateInstanceProfileRequest) => {
      if (this.instanceProfiles.has(InstanceProfileName))
        throw exists('Instance Profile', InstanceProfileName);
      const profile = this.instanceProfiles.set(InstanceProfileName, {
        name: InstanceProfileName,
        path: Path,
        arn: this.#arn('instance-profile', Path, InstanceProfileName),
        tags: fromTagList(Tags),
        madeAt: this.now,
        roleName: undefined,
      });
      return { InstanceProfile: this.#showProfile(profile) };
    },
    GetInstanceProfile: ({ InstanceProfileName = '' }: GetInstanceProfileRequest) => {
      const profile = this.#profile(InstanceProfileName);
      return { InstanceProfile: { ...this.#showProfile(profile), Tags: toTagList(profile.tags) } };
    },
    ListInstanceProfiles: ({ PathPrefix = '/', Marker, MaxItems }: ListInstanceProfilesRequest) => {
      const found = this.instanceProfiles.filter(({ path }) => path.startsWith(PathPrefix));
      const { items, next } = pageOf(found, Marker, MaxItems ?? PAGE);
      return {
        InstanceProfiles: items.map((profile) => this.#showProfile(profile)),
        IsTruncated: next !== undefined,
        Marker: next,
      };
    },
    AddRoleToInstanceProfile: ({
      InstanceProfileName = '',
      RoleName = '',
    }: AddRoleToInstanceProfileRequest) => {
      const profile = this.#profile(InstanceProfileName);
      this.#role(RoleName);
      if (profile.roleName !== undefined) {
        throw new AwsError(
          'LimitExceededException',
          'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
          409,
        );
      }
      this.instanceProfiles.change(InstanceProfileName, { roleName: RoleName });
      return {};
    },
    RemoveRoleFromInstanceProfile: ({
      InstanceProfileName = '',
      RoleName = '',
    }: RemoveRoleFromInstanceProfileRequest) => {
      if (this.#profile(InstanceProfileName).roleName !== RoleName) throw absent('role', RoleName);
      this.instanceProfiles.change(InstanceProfileName, { roleName: undefined });
      return {};
    },
    DeleteInstanceProfile: ({ InstanceProfileName = '' }: DeleteInstanceProfileRequest) => {
      if (this.#profile(InstanceProfileName).roleName !== undefined)
        throw conflict('Cannot delete entity, must remove roles from instance profile first.');
      this.instanceProfiles.delete(InstanceProfileName);
      return {};
    },
    UntagInstanceProfile: ({ InstanceProfileName = '', TagKeys }: UntagInstanceProfileRequest) => {
      const { tags } = this.#profile(InstanceProfileName);
      this.instanceProfiles.change(InstanceProfileName, { tags: withoutTags(tags, TagKeys) });
      return {};
    },
    TagInstanceProfile: ({ InstanceProfileName = '', Tags }: TagInstanceProfileRequest) => {
      const { tags } = this.#profile(InstanceProfileName);
      this.instanceProfiles.change(InstanceProfileName, { tags: { ...tags, ...fromTagList(Tags) } });
      return {};
    },
  };

  #arn(type: string, path: string, name: string): string {
    return `arn:${this.around.partition}:iam::${this.around.accountId}:${type}${path}${name}`;
  }

  #role(name: string): Role {
    const role = this.roles.get(name);
    if (!role) throw absent('role', name);
    return role;
  }

  #profile(name: string): InstanceProfile {
    const profile = this.instanceProfiles.get(name);
    if (!profile) throw absent('instance profile', name);
    return profile;
  }

  /** Tags are left out where IAM's lists leave them out. */
  #showProfile({ name, path, arn, roleName }: InstanceProfile) {
    const role = this.roles.get(roleName);
    return { InstanceProfileName: name, Path: path, Arn: arn, Roles: role ? [show(role)] : [] };
  }
}

const show = ({ name, path, arn, id, trust }: Role) => ({
  RoleName: name,
  Path: path,
  Arn: arn,
  RoleId: id,
  AssumeRolePolicyDocument: encodeURIComponent(trust),
});

const exists = (what: string, name: string) =>
  new AwsError('EntityAlreadyExistsException', `${what} with name ${name} already exists.`, 409);
const absent = (what: string, name: string) =>
  new AwsError('NoSuchEntityException', `The ${what} with name ${name} cannot be found.`, 404);
const conflict = (message: string) => new AwsError('DeleteConflictException', message, 409);
