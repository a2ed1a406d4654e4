import { isProbe, type PostQueueProbe, type StoreProbe, VOLUME_METRIC } from '../contract.ts';
import { embeddedMetric } from '../embedded-metric.ts';
import type { Log } from '../log.ts';
import { type BatchResponse, type SqsBatch, storeBatch } from './batch.ts';
import type { StoreConnection } from './connection.ts';
import { newEvent } from './document.ts';
import { indexMaker } from './indexes.ts';
import { probeStore } from './probe.ts';
import { storeEvents } from './store.ts';

/** The post-queue function: a batch of SQS messages in, one document an event in the store. */
export function postQueueHandler(connection: StoreConnection, log: Log, now: () => Date) {
  if (connection.kind === 'broken') {
    const { problems } = connection;
    return async (event: unknown): Promise<BatchResponse | PostQueueProbe> => {
      if (isProbe(event)) {
        return {
          nami: 'post-queue',
          problems,
          store: { reachable: false, error: 'not tried: settings are broken' },
        };
      }
      throw new Error(`nothing can be stored: ${problems.map(({ message }) => message).join('; ')}`);
    };
  }

  const { settings, client, collection } = connection;
  const makeIndexes = indexMaker(collection, settings.ttlDays, log);

  return async (event: unknown): Promise<BatchResponse | PostQueueProbe> => {
    if (isProbe(event)) {
      const store = await probeStore(connection);
      if (!store.reachable) return { nami: 'post-queue', problems: [], store };
      reportVolume(store, log, now());
      const objection = await makeIndexes();
      return {
        nami: 'post-queue',
        problems: [],
        store: { ...store, ...(objection !== undefined && { objection }) },
      };
    }
    return storeBatch(event as SqsBatch, {
      toEvent: (envelope) => newEvent(envelope, now(), settings.ttlDays),
      store: async (events) => {
        await client.connect();
        // Nothing waits for the indexes: on a large collection they take longer than the function may run.
        void makeIndexes();
        return storeEvents(collection, events);
      },
      log,
    });
  };
}

function reportVolume({ disk }: StoreProbe & { reachable: true }, log: Log, at: Date): void {
  if (!disk) return;
  const percent = (100 * disk.usedBytes) / disk.totalBytes;
  const values = { FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '' };
  log(embeddedMetric(VOLUME_METRIC, 'Percent', percent, values, at));
}
