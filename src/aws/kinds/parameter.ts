import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  type Parameter,
  PutParameterCommand,
  paginateGetParametersByPath,
} from '@aws-sdk/client-ssm';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, unlessThere } from '../account/errors.ts';
import { type Actual, defineKind, READY } from '../object/kind.ts';
import type { Tags } from '../object/owner.ts';
import { tagList, tagRecord } from '../wire/tags.ts';

export interface ParameterDesired {
  readonly name: string;
  readonly description: string;
  /** Random bytes of the secret that is made once and then stays. */
  readonly randomBytes: number;
}

const actual = (name: string, value: string, tags: Tags): Actual<null> => ({
  id: name,
  tags,
  state: READY,
  outputs: { name, value },
  details: null,
});

async function withTags(account: Account, { Name = '', Value = '' }: Parameter): Promise<Actual<null>> {
  const found = await orAbsent(
    account.ssm.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: Name })),
  );
  return actual(Name, Value, tagRecord(found?.TagList));
}

/** A password in SSM Parameter Store, as SecureString. */
export const parameter = defineKind<ParameterDesired, null>({
  removal: 95,
  async find(account, { name }) {
    const found = await orAbsent(
      account.ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true })),
    );
    return found?.Parameter && (await withTags(account, found.Parameter));
  },
  async owned(account, owner) {
    const found: Actual<null>[] = [];
    for await (const page of paginateGetParametersByPath(
      { client: account.ssm },
      { Path: owner.path.replace(/\/$/, ''), Recursive: true },
    )) {
      for (const each of page.Parameters ?? []) found.push(await withTags(account, each));
    }
    return found;
  },
  compare: () => [],
  async create(account, { name, description, randomBytes }, tags) {
    const value = Buffer.from(account.clock.randomBytes(randomBytes)).toString('base64url');
    await unlessThere(
      account.ssm.send(
        new PutParameterCommand({
          Name: name,
          Description: description,
          Type: 'SecureString',
          Value: value,
          Tags: tagList(tags),
        }),
      ),
    );
    return actual(name, value, tags);
  },
  // Made once: the database knows this password.
  async update() {},
  async remove(account, { id }) {
    await orGone(account.ssm.send(new DeleteParameterCommand({ Name: id })));
  },
  async tag(account, { id }, tags) {
    await account.ssm.send(
      new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: id, Tags: tagList(tags) }),
    );
  },
});
