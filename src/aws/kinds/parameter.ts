import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  type Parameter,
  PutParameterCommand,
  paginateGetParametersByPath,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-ssm';
import { rfc3339 } from '../../clock.ts';
import { certificateOf } from '../../store-authority.ts';
import { loginOf, newPassword, secretOf } from '../../store-login.ts';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, TerminalError, told, unlessThere, unlessUnsettled } from '../account/errors.ts';
import { isKnown, type VolumeIdentity, whereVolumeIs } from '../calls/expected-volume.ts';
import { changeSecret } from '../calls/store-secret.ts';
import { storeUriOfFunction } from '../calls/store-uri.ts';
import { arnStart, glanceNames, glanceTags } from '../calls/tagged-resources.ts';
import { passwordToTake } from '../calls/volume-origin.ts';
import { type Actual, READY } from '../object/actual.ts';
import { ownOf } from '../object/added-tags.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import type { Owner, Tags } from '../object/owner.ts';
import { tagList, tagRecord, tagWords } from '../wire/tags.ts';

/** A secret that is made once; that of a store is changed by who rotates it alone. */
export type ParameterDesired = {
  readonly name: string;
  readonly description: string;
} & (PasswordDesired | AuthorityDesired);

interface PasswordDesired {
  /** The volume whose database knows the secret: while there is one, no other secret is made up. */
  readonly volume: VolumeIdentity;
  /** Post-queue function that has the secret as well. */
  readonly functionName: string;
}

/** Key and certificate of a store's authority. One that is lost is made anew: hosts follow by themselves. */
interface AuthorityDesired {
  /** Whom the certificate names. */
  readonly authority: string;
}

const SERIAL_BYTES = 15;

/** What it is to hold, where that is another than it does: the credentials of a database that is taken. */
type Details = { readonly another: string } | null;

/** Of an authority others get the certificate alone, of a store's secret also since when it is so (RFC 3339), where AWS tells. */
function actual(name: string, value: string, tags: Tags, since?: number): Actual<Details> {
  const certificate = certificateOf(value);
  const outputs =
    certificate === undefined
      ? { name, ...loginOf(value), ...(since !== undefined && { since: rfc3339(since) }) }
      : { name, certificate };
  return { id: name, tags, state: READY, outputs, details: null };
}

const read = ({ Name = '', Value = '', LastModifiedDate }: Parameter, tags: Tags) =>
  actual(Name, Value, tags, LastModifiedDate?.getTime());

async function withTags(account: Account, parameter: Parameter): Promise<Actual<Details>> {
  const { TagList } = await unlessUnsettled(
    account.ssm.send(
      new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: parameter.Name ?? '' }),
    ),
  );
  return read(parameter, tagRecord(TagList));
}

async function parameterOf({ ssm }: Account, Name: string): Promise<Parameter | undefined> {
  const found = await orAbsent(ssm.send(new GetParameterCommand({ Name, WithDecryption: true })));
  return found && told(found.Parameter, `what the parameter ${Name} holds`);
}

async function byName(account: Account, name: string): Promise<Actual<Details> | undefined> {
  const found = await parameterOf(account, name);
  return found && (await withTags(account, found));
}

/** A secret in SSM Parameter Store, as SecureString. */
export const parameter = defineKind<ParameterDesired, Details>({
  removal: 95,
  async find(account, desired, owner) {
    const found = await byName(account, desired.name);
    const taken = found && (await passwordTaken(account, desired, owner));
    const { user = '', password = '' } = found?.outputs ?? {};
    if (!found || taken === undefined || taken === secretOf({ user, password })) return found;
    return { ...found, details: { another: taken } };
  },
  async glance(account, desired, owner) {
    const { name } = desired;
    if ((await passwordTaken(account, desired, owner)) !== undefined) return undefined;
    const known = await glanceTags(account, owner, arnStart(account, 'ssm', `parameter${name}`));
    const value = known && (await parameterOf(account, name));
    return known && value && { actual: read(value, known.tags), at: known.at };
  },
  glanceIds: (account, owner) => glanceNames(account, owner, arnStart(account, 'ssm', 'parameter')),
  byId: byName,
  async owned(account, owner, isKnown = noneKnown) {
    const found: Actual<Details>[] = [];
    for await (const page of paginateGetParametersByPath(
      { client: account.ssm },
      { Path: owner.path.replace(/\/$/, ''), Recursive: true },
    )) {
      for (const each of page.Parameters ?? [])
        if (!isKnown(each.Name ?? '')) found.push(await withTags(account, each));
    }
    return found;
  },
  compare: ({ details }) => (details ? ['password'] : []),
  async create(account, desired, tags, owner) {
    const { name, description } = desired;
    const value = await secretFor(account, desired, tags, owner);
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
    return actual(name, value, tags, account.clock.now());
  },
  // Made once: the database knows this password, clients this authority. Before there is a database it may be another's.
  async update(account, { name, description }, { tags = {}, details }) {
    if (!details) return undefined;
    await changeSecret(account, { name, description }, details.another);
    return actual(name, details.another, tags, account.clock.now());
  },
  async remove(account, { id }) {
    await orGone(account.ssm.send(new DeleteParameterCommand({ Name: id })));
  },
  async tag(account, { id }, tags) {
    await account.ssm.send(
      new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: id, Tags: tagList(tags) }),
    );
  },
  async untag(account, { id }, keys) {
    await account.ssm.send(
      new RemoveTagsFromResourceCommand({ ResourceType: 'Parameter', ResourceId: id, TagKeys: [...keys] }),
    );
  },
});

/** Of the database that the events begin with, while they are not there yet. */
const passwordTaken = async (account: Account, desired: ParameterDesired, owner: Owner) =>
  'volume' in desired ? await passwordToTake(account, owner, desired.volume) : undefined;

async function secretFor(
  account: Account,
  desired: ParameterDesired,
  tags: Tags,
  owner: Owner,
): Promise<string> {
  if (!('authority' in desired)) return await passwordFor(account, desired, tags, owner);
  const { clock } = account;
  return await account.makeAuthority(desired.authority, clock.randomBytes(SERIAL_BYTES), clock.now());
}

/** A new password for a new volume; for one that is there, the password that its database knows. */
async function passwordFor(
  account: Account,
  { name, volume, functionName }: ParameterDesired & PasswordDesired,
  tags: Tags,
  owner: Owner,
): Promise<string> {
  const taken = await passwordToTake(account, owner, volume);
  if (taken !== undefined) return taken;
  const there = await whereVolumeIs(account, owner, volume);
  const volumeId = there?.id ?? (isKnown(volume) ? volume.expectedId : '');
  if (volumeId === '') return newPassword((count) => account.clock.randomBytes(count));
  const known = await storeUriOfFunction(account, functionName);
  if (known) return secretOf(known);
  throw new TerminalError(
    'StorePasswordLost',
    `the parameter ${name} with the password of the database on ${volumeId} is not there any more, nor is the function that had it: put it back with: aws ssm put-parameter --region ${account.region} --type SecureString --name ${name} --value '<the password>' --tags ${tagWords(ownOf(tags))}; or give the events on the volume up with the annotation nami.dev/replace-volume=${volumeId}`,
  );
}
