import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  type InstanceProfile,
  paginateListInstanceProfiles,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, told, unlessThere } from '../account/errors.ts';
import { noteNewRole } from '../calls/new-role.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import { tagList, tagRecord } from '../wire/tags.ts';
import { glanceProfiles } from './role.ts';

export interface InstanceProfileDesired {
  readonly name: string;
  readonly path: string;
  readonly roleName: string;
}

type Details = { readonly roleName: string };

const actual = ({
  InstanceProfileName = '',
  Arn = '',
  Roles,
  Tags,
}: Partial<InstanceProfile>): Actual<Details> => ({
  id: InstanceProfileName,
  tags: tagRecord(Tags),
  state: READY,
  outputs: { name: InstanceProfileName, arn: Arn },
  details: { roleName: Roles?.[0]?.RoleName ?? '' },
});

async function byName(account: Account, name: string): Promise<Actual<Details> | undefined> {
  const found = await orAbsent(
    account.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name })),
  );
  return found && actual(told(found.InstanceProfile, `how the instance profile ${name} is`));
}

/** Hands a role to an EC2 instance. */
export const instanceProfile = defineKind<InstanceProfileDesired, Details>({
  removal: 80,
  find: (account, { name }) => byName(account, name),
  glanceIds: glanceProfiles,
  byId: byName,
  async owned(account, owner, isKnown = noneKnown) {
    const found: Actual<Details>[] = [];
    for await (const page of paginateListInstanceProfiles(
      { client: account.iam },
      { PathPrefix: owner.path },
    )) {
      for (const { InstanceProfileName = '' } of page.InstanceProfiles ?? []) {
        if (isKnown(InstanceProfileName)) continue;
        // The list leaves out tags.
        const whole = await orAbsent(
          account.iam.send(new GetInstanceProfileCommand({ InstanceProfileName })),
        );
        if (whole?.InstanceProfile) found.push(actual(whole.InstanceProfile));
      }
    }
    return found;
  },
  compare: ({ details }, { roleName }) => differing(details, { roleName }),
  async create(account, { name, path }, tags) {
    const { InstanceProfile } = await unlessThere(
      account.iam.send(
        new CreateInstanceProfileCommand({ InstanceProfileName: name, Path: path, Tags: tagList(tags) }),
      ),
    );
    return { ...actual(told(InstanceProfile, `which instance profile ${name} it made`)), tags };
  },
  async update(account, { name, roleName }, found) {
    const { details } = found;
    if (details.roleName !== '') {
      await account.iam.send(
        new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: name, RoleName: details.roleName }),
      );
    }
    await account.iam.send(
      new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: roleName }),
    );
    noteNewRole(account, found.outputs.arn ?? '');
    return { ...found, details: { roleName } };
  },
  async remove(account, { id, details }) {
    if (details.roleName !== '') {
      await orGone(
        account.iam.send(
          new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: id, RoleName: details.roleName }),
        ),
      );
    }
    await orGone(account.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: id })));
  },
  async tag(account, { id }, tags) {
    await account.iam.send(new TagInstanceProfileCommand({ InstanceProfileName: id, Tags: tagList(tags) }));
  },
  async untag(account, { id }, keys) {
    await account.iam.send(new UntagInstanceProfileCommand({ InstanceProfileName: id, TagKeys: [...keys] }));
  },
});
