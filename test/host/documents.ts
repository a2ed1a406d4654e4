import { createSecureContext } from 'node:tls';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { FIRST_USER, STORE_SERVER_NAME } from '../../handlers/contract.ts';
import { pemOf } from '../../src/store-authority.ts';
import { eventually } from '../user.ts';
import { ADDRESS, PATIENCE_SECONDS, PORT } from './host.ts';

const SERVER_SELECTION_MILLISECONDS = 20_000;
const SOCKET_MILLISECONDS = 60_000;

/** Writes documents as the post-queue function does, and knows which were acknowledged. */
export class Documents {
  /** The certificate (base64 of DER) by which its server is known. */
  authority: string;
  readonly #password: string;
  readonly #acknowledged = new Set<string>();
  readonly #lost = new Set<string>();
  #next = 0;

  constructor(password: string, authority: string) {
    this.#password = password;
    this.authority = authority;
  }

  /** How many of those acknowledged were missing at a look. */
  get lost(): number {
    return this.#lost.size;
  }

  /** Begins anew, with an empty volume. */
  forget(): void {
    this.#acknowledged.clear();
  }

  /** Connects with the credentials, looks for every document that was acknowledged, and writes more. */
  async areThere(): Promise<string> {
    let last: unknown;
    await eventually(
      'the driver connects',
      () =>
        this.#connected(async (client) => await client.db().command({ ping: 1 })).catch((error) => {
          last = error;
          return undefined;
        }),
      PATIENCE_SECONDS,
    ).catch((cause) => {
      throw new Error(`${cause.message}: ${last}`, { cause });
    });
    await this.#connected(async (client) => {
      const found = await client
        .db('nami')
        .collection<{ _id: string }>('events')
        .find({}, { projection: { _id: 1 } })
        .toArray();
      const ids = new Set(found.map(({ _id }) => _id));
      const missing = [...this.#acknowledged].filter((id) => !ids.has(id));
      for (const id of missing) this.#lost.add(id);
      if (missing.length > 0)
        throw new Error(`${missing.length} documents are missing, the first is ${missing[0]}`);
    });
    await this.write(20);
    return `${this.#acknowledged.size} documents are there`;
  }

  /** Writes documents one by one; rejects with the first that isn't acknowledged. */
  async write(count: number, bytes = 200): Promise<void> {
    await this.#connected(async (client) => {
      const events = client
        .db('nami')
        .collection<{ _id: string }>('events', { writeConcern: { w: 'majority', journal: true } });
      for (let left = count; left > 0; left -= 1) {
        const _id = String(this.#next++);
        await events.insertOne({ _id, body: 'x'.repeat(bytes) } as { _id: string });
        this.#acknowledged.add(_id);
      }
    });
  }

  /** Whether somebody without the password is let in. */
  async areOpen(): Promise<boolean> {
    const client = new MongoClient(`mongodb://${ADDRESS}:${PORT}/?directConnection=true`, this.#options());
    try {
      await client.connect();
      return await client
        .db('nami')
        .collection('events')
        .findOne()
        .then(
          () => true,
          () => false,
        );
    } finally {
      await client.close();
    }
  }

  /** As the function has them. */
  #options(): MongoClientOptions {
    return {
      serverSelectionTimeoutMS: SERVER_SELECTION_MILLISECONDS,
      socketTimeoutMS: SOCKET_MILLISECONDS,
      tls: true,
      secureContext: createSecureContext({ ca: pemOf(this.authority) }),
      servername: STORE_SERVER_NAME,
    };
  }

  /** Tries once to log in, and answers why that failed. */
  async refusal(): Promise<string> {
    return await this.#connected(async (client) => await client.db().command({ ping: 1 })).then(
      () => 'it is let in',
      (error: Error) => error.message,
    );
  }

  async #connected<T>(work: (client: MongoClient) => Promise<T>): Promise<T> {
    const uri = `mongodb://${FIRST_USER}:${this.#password}@${ADDRESS}:${PORT}/?authSource=admin&directConnection=true`;
    const client = new MongoClient(uri, this.#options());
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.close();
    }
  }
}
