import type { StoreProbe } from '../contract.ts';
import { inTime } from '../deadline.ts';
import { errorText } from '../log.ts';
import type { Store } from './connection.ts';
import { storeFaultOf } from './store-fault.ts';

/** Shorter than whoever invokes the probe will wait; longer than the driver looks for a server. */
const DEADLINE_MILLISECONDS = 5000;

/** How the store is. Always answers, and soon: a store that can't be reached is an answer too. */
export async function probeStore(store: Store): Promise<StoreProbe> {
  try {
    return await inTime(DEADLINE_MILLISECONDS, () => look(store));
  } catch (error) {
    const fault = storeFaultOf(error);
    return { reachable: false, error: errorText(error), ...(fault && { fault }) };
  }
}

async function look({ client, database, collection, settings }: Store): Promise<StoreProbe> {
  await client.connect();
  await database.command({ ping: 1 });
  const [documents, stats] = await Promise.all([
    collection.estimatedDocumentCount(),
    settings.managed ? database.command({ dbStats: 1 }) : undefined,
  ]);
  // MongoDB: dbStats, fsTotalSize and fsUsedSize; compatible servers leave them out.
  const { fsTotalSize: totalBytes, fsUsedSize: usedBytes } = stats ?? {};
  const disk =
    Number.isFinite(totalBytes) && Number.isFinite(usedBytes) ? { disk: { totalBytes, usedBytes } } : {};
  return { reachable: true, documents, ...disk };
}
