import type { Volume } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { isAccessDenied, judge, RequeueAfter, TerminalError } from '../account/errors.ts';
import { handOver, objectionToTags } from '../object/hand-over.ts';
import { type Owner, TAGS, type Tags } from '../object/owner.ts';
import { tagCommand } from '../wire/ec2-tags.ts';
import { tagRecord, tagWords } from '../wire/tags.ts';
import {
  ownVolume,
  VOLUME_ID,
  type VolumeIdentity,
  type VolumeOrigin,
  volumeById,
} from './expected-volume.ts';
import { secretAt } from './secret-history.ts';
import { type Snapshot, snapshotById } from './snapshots.ts';

/** What the events of a pipeline begin with in place of nothing: a snapshot, or a volume that is taken. */

/** Seconds between two looks at a snapshot that is not complete. */
const LOOK = 15;

/** The snapshot that a volume is to be made from: the owner's or handed over to it, and complete. */
export async function snapshotToRestore(account: Account, owner: Owner, id: string): Promise<Snapshot> {
  const invalid = (words: string) => new TerminalError('SnapshotInvalid', `the snapshot ${id} ${words}`);
  const { accountId, region } = account;
  const found = await snapshotById(account, id);
  if (!found)
    throw invalid(
      `is not there in ${region}, or is of another account: correct store.managed.volume.snapshotId`,
    );
  if (found.accountId !== accountId)
    throw invalid(
      `is of the account ${found.accountId}: copy it into this one with: aws ec2 copy-snapshot --region ${region} --source-region ${region} --source-snapshot-id ${id} --encrypted; and name the copy in store.managed.volume.snapshotId`,
    );
  const objection = objectionToTags(
    `Snapshot ${id}`,
    found.tags,
    owner,
    `hand it over with: ${tagCommand(account, id, handOver(owner))}`,
  );
  if (objection) throw objection;
  switch (found.state) {
    case 'completed':
      return found;
    case 'pending':
      throw new RequeueAfter(LOOK, `waits until the snapshot ${id} is complete: ${found.progress}`);
    case 'error':
      throw invalid(`failed${found.why && ` (${found.why})`}, and holds nothing: name another one`);
    default:
      throw invalid(
        `can't be read for now, AWS says that it is "${found.state}": bring it back, or name another one`,
      );
  }
}

/** The volume that is to be taken: the owner's or handed over to it, whole, encrypted, and used by nobody. */
export async function volumeToAdopt(account: Account, owner: Owner, id: string): Promise<Volume> {
  const invalid = (words: string) => new TerminalError('VolumeInvalid', `the volume ${id} ${words}`);
  const { region } = account;
  const found = await volumeById(account, id);
  if (!found)
    throw invalid(
      `is not there in ${region}, or is of another account: correct store.managed.volume.volumeId`,
    );
  const objection = objectionToTags(
    `Volume ${id}`,
    tagRecord(found.Tags),
    owner,
    `hand it over with: ${tagCommand(account, id, handOver(owner))}`,
  );
  if (objection) throw objection;
  if (found.State === 'creating') throw new RequeueAfter(LOOK, `waits until the volume ${id} is made`);
  const user = found.Attachments?.[0]?.InstanceId;
  if (user !== undefined)
    throw invalid(
      `is attached to ${user}: end what writes to it there, and detach it with: aws ec2 detach-volume --region ${region} --volume-id ${id}`,
    );
  if (found.State !== 'available')
    throw invalid(`can't be used, AWS says that it is "${found.State}": name another one`);
  if (found.Encrypted !== true)
    throw invalid(
      `is not encrypted: take a snapshot of it and name that in store.managed.volume.snapshotId in its place`,
    );
  return found;
}

/**
 * The password of the database that the events begin with, where the owner has no volume with them yet: of a snapshot as
 * it was when that was begun.
 */
export async function passwordToTake(
  account: Account,
  owner: Owner,
  wanted: VolumeIdentity,
): Promise<string | undefined> {
  const { origin } = wanted;
  if (!origin || (await ownVolume(account, owner, wanted))) return undefined;
  const { id, tags, moment } = await sourceOf(account, owner, origin);
  const name = tags[TAGS.credentials];
  if (name === undefined) {
    throw new TerminalError(
      'StorePasswordLost',
      `no tag of ${id} names the parameter with the password of the database on it: name it with: ${tagCommand(account, id, { [TAGS.credentials]: '<name of the parameter>' })}`,
    );
  }
  const password = await secretAt(account, name, moment).catch((error: unknown) => {
    throw isAccessDenied(error) ? unreadable(account, owner, { id, name }, error) : error;
  });
  if (password !== undefined) return password;
  throw new TerminalError(
    'StorePasswordLost',
    `the parameter ${name} with the password of the database on ${id} is not there any more: put it back with: aws ssm put-parameter --region ${account.region} --type SecureString --name ${name} --value '<the password>'; or name another that holds it with: ${tagCommand(account, id, { [TAGS.credentials]: '<name of the parameter>' })}`,
  );
}

/** The operator's policy keeps it from what other clusters have made, until that is handed over. */
function unreadable(
  { region }: Account,
  owner: Owner,
  { id, name }: { readonly id: string; readonly name: string },
  error: unknown,
): TerminalError {
  return new TerminalError(
    'NotOurs',
    `the operator may not read the parameter ${name} with the password of the database on ${id}: one under /nami/ that another cluster has made is handed over with: aws ssm add-tags-to-resource --region ${region} --resource-type Parameter --resource-id ${name} --tags ${tagWords(handOver(owner))} (${judge(error).message})`,
    { cause: error },
  );
}

async function sourceOf(
  account: Account,
  owner: Owner,
  origin: VolumeOrigin,
): Promise<{ readonly id: string; readonly tags: Tags; readonly moment?: number }> {
  if ('snapshotId' in origin) {
    const { id, tags, at } = await snapshotToRestore(account, owner, origin.snapshotId);
    return { id, tags, moment: at };
  }
  const { volumeId: id } = origin;
  return { id, tags: tagRecord((await volumeToAdopt(account, owner, id)).Tags) };
}

/** A tag holds 256 characters. */
const MOST = 10;
/** Seconds for which it is believed what a snapshot was taken of. */
const SNAPSHOT_SECONDS = 3600;

/** The volumes whose mark a volume from a snapshot may bear: each host writes its own, and may not have come to that. */
export const marksIn = ({ volumeId, tags }: Pick<Snapshot, 'volumeId' | 'tags'>): string =>
  [volumeId, ...(tags[TAGS.madeFrom] ?? '').split(',')]
    .filter((id) => VOLUME_ID.test(id))
    .slice(0, MOST)
    .join(',');

/** Likewise of a volume that is there; one that the operator made says it by a tag. */
export async function marksOn(account: Account, { SnapshotId = '', Tags }: Volume): Promise<string> {
  const told = tagRecord(Tags)[TAGS.madeFrom];
  if (told !== undefined) return marksIn({ volumeId: '', tags: { [TAGS.madeFrom]: told } });
  if (SnapshotId === '') return '';
  const [marks = ''] = await account.inventory.read(
    `marks in the snapshot ${SnapshotId}`,
    SNAPSHOT_SECONDS,
    async function* () {
      const snapshot = await snapshotById(account, SnapshotId);
      yield snapshot ? marksIn(snapshot) : '';
    },
  );
  return marks;
}
