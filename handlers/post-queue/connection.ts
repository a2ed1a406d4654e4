import { type Collection, type Db, MongoClient } from 'mongodb';
import type { SettingsProblem } from '../contract.ts';
import type { Log } from '../log.ts';
import type { EventDocument } from './document.ts';
import { indexMaker } from './indexes.ts';
import type { PostQueueConfiguration, PostQueueSettings } from './settings.ts';

export interface Store {
  readonly kind: 'ready';
  readonly settings: PostQueueSettings;
  readonly client: MongoClient;
  readonly database: Db;
  readonly collection: Collection<EventDocument>;
  /** See {@link indexMaker}. */
  readonly makeIndexes: () => Promise<string | undefined>;
}

export type StoreConnection =
  | Store
  | { readonly kind: 'broken'; readonly problems: readonly SettingsProblem[] };

/**
 * One client for the life of the function's environment; it connects with the first operation. Its time-outs are
 * well under the function's own, so that a store that is away ends in an answer for the queue. An environment
 * serves one batch at a time: two connections do, but for own code, and idle ones don't outlive a long freeze.
 */
export function connect(configuration: PostQueueConfiguration, log: Log): StoreConnection {
  if (configuration.kind === 'broken') return configuration;
  const { settings } = configuration;
  let client: MongoClient;
  try {
    client = new MongoClient(settings.storeUri, {
      appName: 'nami',
      maxPoolSize: 10,
      maxIdleTimeMS: 60_000,
      serverSelectionTimeoutMS: 3000,
      connectTimeoutMS: 3000,
      socketTimeoutMS: 12_000,
    });
  } catch (error) {
    // The driver's message may quote the string, and with it the password.
    const kind = error instanceof Error ? error.name : 'unknown error';
    const message = `the store's URI is no MongoDB connection string (${kind}): are user and password percent-encoded?`;
    return { kind: 'broken', problems: [{ message }] };
  }
  const database = client.db(settings.database);
  // For our documents alone: own code that asks for an id which is undefined is to find nothing, not everything.
  const collection = database.collection<EventDocument>(settings.collection, { ignoreUndefined: true });
  const makeIndexes = indexMaker(collection, settings.ttlDays, log);
  return { kind: 'ready', settings, client, database, collection, makeIndexes };
}
