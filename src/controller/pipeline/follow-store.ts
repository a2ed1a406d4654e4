import type { Account } from '../../aws/account/account.ts';
import { pauseReading } from '../../aws/calls/queues.ts';
import { findMapping, setEnabled } from '../../aws/kinds/event-source-mapping.ts';
import { functionTags } from '../../aws/kinds/function.ts';
import { isOfPredecessor, type Owner } from '../../aws/object/owner.ts';
import { aliasArnOf, deadLetterQueueName, functionName, queueArnOf, queueName } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { lookAtStore } from './look-at-store.ts';
import { isDue } from './memory.ts';
import { isToBeRead } from './reading.ts';
import { redriveUnplanned } from './redrive.ts';

/** Seconds between two looks at a mapping while nothing new is known of the store; of a pipeline in making there is none. */
const FOLLOW_SECONDS = 10;

type Following = Omit<Subject, 'spec'>;

/**
 * Where a pipeline can't be built as it is wanted, its queue still follows its store: no event is lost, and none left
 * lying, for something else that is wrong.
 */
export async function followStore(
  context: Pick<Context, 'config' | 'events' | 'logger'>,
  following: Following,
): Promise<void> {
  const { account, owner, memory, pipeline } = following;
  const { followed } = memory;
  const isNews = followed?.isToBeRead !== isToBeRead(pipeline, memory.store);
  if (!isNews && !isDue(account.clock, followed?.at, FOLLOW_SECONDS)) return;
  memory.followed = { at: account.clock.now(), isToBeRead: isToBeRead(pipeline, memory.store) };
  const mapping = await findMapping(account, {
    queueArn: queueArnOf(account, owner),
    functionArn: aliasArnOf(account, owner, 'post-queue'),
  });
  if (mapping?.state.is !== 'ready') return;
  await lookAtStore(memory, account, owner, context.config.lookSeconds);
  const wanted = isToBeRead(pipeline, memory.store);
  if (wanted === undefined) return;
  if (mapping.details.enabled !== wanted) {
    if (await isReadForPredecessor(account, owner)) return;
    await setReading(account, owner, mapping, wanted);
  }
  if (wanted) await redriveUnplanned(context, following);
}

/** Who waits for the objects of its predecessor lets them work on. Where AWS does not say, events come first. */
async function isReadForPredecessor(account: Account, owner: Owner): Promise<boolean> {
  const tags = await functionTags(account, functionName(owner, 'post-queue')).catch(() => undefined);
  return tags !== undefined && isOfPredecessor(tags, owner);
}

async function setReading(
  account: Account,
  owner: Owner,
  mapping: Parameters<typeof setEnabled>[1],
  isRead: boolean,
): Promise<void> {
  if (isRead) return await setEnabled(account, mapping, true);
  await pauseReading(account, {
    queue: queueName(owner),
    deadLetterQueue: deadLetterQueueName(owner),
    mappingId: mapping.id,
  });
}
