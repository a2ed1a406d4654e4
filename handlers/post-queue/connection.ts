import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { type Collection, type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { type Login, readerOf, type SettingsProblem, STORE_SERVER_NAME } from '../contract.ts';
import type { Log } from '../log.ts';
import { type Arrangement, arrangement } from './arrangement.ts';
import type { EventDocument } from './document.ts';
import { makeIndexes } from './indexes.ts';
import { keepReader } from './reader.ts';
import type { PostQueueConfiguration, PostQueueSettings } from './settings.ts';
import { WRITE_CONCERN } from './write-concern.ts';

/** A collection of ours with its indexes. */
export interface EventsOfStore {
  readonly collection: Collection<EventDocument>;
  readonly indexes: Arrangement;
}

export interface Store extends EventsOfStore {
  readonly kind: 'ready';
  readonly settings: PostQueueSettings;
  readonly client: MongoClient;
  readonly database: Db;
  /** Requests that brought several events. */
  readonly requests: EventsOfStore;
  /** Of people's own user of a managed store. */
  readonly reader: Arrangement;
  /** As whom it gets in. */
  readonly user: string;
  /** Fails unless one gets in with this. */
  tryLogin(login: Login): Promise<void>;
}

export type StoreConnection =
  | Store
  | { readonly kind: 'broken'; readonly problems: readonly SettingsProblem[] };

/** Of the collection beside that of the events. */
const REQUESTS_SUFFIX = '.requests';

/**
 * One client for the life of the function's environment; it connects with the first operation. Its time-outs are
 * well under the function's own, so that a store that is away ends in an answer for the queue. An environment
 * serves one batch at a time: two connections do, but for own code, and idle ones don't outlive a long freeze. Files
 * that the settings name are beside `runtimeUrl`.
 */
export function connect(
  configuration: PostQueueConfiguration,
  log: Log,
  runtimeUrl: string,
): StoreConnection {
  if (configuration.kind === 'broken') return configuration;
  const { settings } = configuration;
  let authorities: MongoClientOptions;
  try {
    authorities = authoritiesOf(settings, runtimeUrl);
  } catch {
    const message =
      "the certificates by which the store is to be known can't be read: see to what spec.store.external names";
    return { kind: 'broken', problems: [{ message }] };
  }
  const options = {
    appName: 'nami',
    maxPoolSize: 10,
    maxIdleTimeMS: 60_000,
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
    socketTimeoutMS: 12_000,
    ...authorities,
  };
  let client: MongoClient;
  try {
    client = new MongoClient(settings.storeUri, options);
  } catch (error) {
    // The driver's message may quote the string, and with it the password.
    const kind = error instanceof Error ? error.name : 'unknown error';
    const message = `the driver does not take the store's URI (${kind}): see to its options, and that user and password are percent-encoded`;
    return { kind: 'broken', problems: [{ message }] };
  }
  // Whatever the URI says: what is acknowledged is stored, and what was written is what is read.
  const database = client.db(settings.database, { readPreference: 'primary', writeConcern: WRITE_CONCERN });
  // For our documents alone: own code that asks for an id which is undefined is to find nothing, not everything.
  const ours = (name: string, before?: Arrangement): EventsOfStore => {
    const collection = database.collection<EventDocument>(name, { ignoreUndefined: true });
    // Asked for in the same moment as the first write or before it: a collection is then made by one of them alone.
    const make = () => makeIndexes(collection, settings.ttlDays);
    const indexes = arrangement(
      () => (before === undefined ? make() : before().then(make)),
      "the collection's indexes could not be made",
      log,
    );
    return { collection, indexes };
  };
  const { username: user = '', password = '' } = client.options.credentials ?? {};
  const reader = arrangement(
    async () => {
      const login = readerOf({ user, password });
      if (settings.managed)
        await keepReader(client.db('admin'), settings.database, settings.readerRole, login);
    },
    'the user for those who read the events could not be made',
    log,
  );
  const events = ours(settings.collection);
  const requests = ours(settings.collection + REQUESTS_SUFFIX, events.indexes);
  const tryLogin = async (login: Login) => {
    const auth = { username: login.user, password: login.password };
    await using other = new MongoClient(settings.storeUri, { ...options, auth, maxPoolSize: 1 });
    await other.db('admin').command({ ping: 1 });
  };
  return { kind: 'ready', settings, client, database, ...events, requests, reader, user, tryLogin };
}

/**
 * By whom the server is known where it speaks TLS. Read once, and not for each connection: a bundle takes long. Certificates
 * of the user's mean TLS; whether a managed store speaks it stands in its URI, and there is no way from the one to the other.
 */
function authoritiesOf(
  { storeCa, storeAuthority }: PostQueueSettings,
  runtimeUrl: string,
): MongoClientOptions {
  if (storeCa !== undefined) {
    const ca = readFileSync(new URL(storeCa, runtimeUrl));
    return { tls: true, secureContext: createSecureContext({ ca }) };
  }
  if (storeAuthority === undefined) return {};
  const ca = new X509Certificate(Buffer.from(storeAuthority, 'base64')).toString();
  return { secureContext: createSecureContext({ ca }), servername: STORE_SERVER_NAME };
}
