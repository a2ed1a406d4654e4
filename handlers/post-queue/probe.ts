import { type Document, MongoServerError } from 'mongodb';
import type { StoreProbe } from '../contract.ts';
import { inTime } from '../deadline.ts';
import { errorText } from '../log.ts';
import type { Store } from './connection.ts';
import { featureVersionOf } from './feature-version.ts';
import { formerUsers } from './logins.ts';
import { storeFaultOf } from './store-fault.ts';

/** Shorter than whoever invokes the probe will wait; longer than the driver looks for a server. */
const DEADLINE_MILLISECONDS = 5000;
/** For a question that is not worth waiting for. */
const QUESTION_MILLISECONDS = 1000;

/** How the store is. Always answers, and soon: a store that can't be reached is an answer too. */
export async function probeStore(store: Store): Promise<StoreProbe> {
  try {
    return await inTime(DEADLINE_MILLISECONDS, () => look(store));
  } catch (error) {
    const fault = storeFaultOf(error);
    return { reachable: false, error: errorText(error), ...(fault && { fault }) };
  }
}

/** Of a managed store, whose user may do everything. */
const adminOf = ({ client }: Store) => client.db('admin');

async function look(store: Store): Promise<StoreProbe> {
  const { client, database, collection, settings } = store;
  await client.connect();
  const asked = performance.now();
  await database.command({ ping: 1 });
  const latencyMilliseconds = Math.ceil(performance.now() - asked);
  const [documents, stats, version, featureVersion, oldestEvent, former] = await Promise.all([
    collection.estimatedDocumentCount(),
    settings.managed ? database.command({ dbStats: 1, freeStorage: 1 }) : undefined,
    ifTold(database.command({ buildInfo: 1 }).then(({ version }) => String(version))),
    settings.managed ? ifTold(featureVersionOf(adminOf(store))) : undefined,
    ifTold(oldestOf(collection)),
    settings.managed ? ifTold(formerUsers(adminOf(store), store.user)) : undefined,
  ]);
  const disk = stats && diskOf(stats);
  return {
    reachable: true,
    documents,
    latencyMilliseconds,
    ...(version !== undefined && { version }),
    ...(featureVersion !== undefined && { featureVersion }),
    ...(oldestEvent !== undefined && { oldestEvent }),
    ...(disk && { disk }),
    ...(settings.managed && { user: store.user }),
    ...(former?.length && { hasFormerLogins: true as const }),
  };
}

/** MongoDB: dbStats, fsTotalSize, fsUsedSize and freeStorageSize, which files never give back; compatible servers leave them out. */
function diskOf({ fsTotalSize: totalBytes, fsUsedSize: usedBytes, freeStorageSize }: Document) {
  if (!Number.isFinite(totalBytes) || !Number.isFinite(usedBytes)) return undefined;
  if (!Number.isFinite(freeStorageSize)) return { totalBytes, usedBytes };
  return { totalBytes, usedBytes: usedBytes - freeStorageSize, reusableBytes: freeStorageSize };
}

/** By the index alone: where that is missing the server refuses the hint, and reads no collection. */
async function oldestOf(collection: Store['collection']): Promise<string | undefined> {
  const order = { receivedAt: 1 } as const;
  const oldest = await collection.findOne(
    {},
    { projection: { _id: 0, receivedAt: 1 }, sort: order, hint: order, maxTimeMS: QUESTION_MILLISECONDS },
  );
  return oldest?.receivedAt?.toISOString();
}

/** A server that takes events and does not answer such a question is none the worse for it. */
async function ifTold<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof MongoServerError) return undefined;
    throw error;
  }
}
