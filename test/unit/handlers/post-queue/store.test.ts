import { MongoNetworkError, MongoNetworkTimeoutError } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { LISTED_DELIVERIES, type NewEvent } from '../../../../handlers/post-queue/document.ts';
import { StoreError, storeEvents } from '../../../../handlers/post-queue/store.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { envelope, eventOf } from './envelopes.ts';
import { bulkWriteError, FakeCollection } from './fake-collection.ts';

const event = (identity: string, body: string, id?: string): NewEvent =>
  eventOf(envelope(identity, body, id === undefined ? {} : { id }));

let collection: FakeCollection;
/** The `_id`s that hold the events, or why none does. */
const store = async (...events: NewEvent[]) =>
  (await storeEvents(collection.asCollection, events)).map((result) =>
    'id' in result ? result.id : result.error.message,
  );
const deliveries = () =>
  Object.fromEntries([...collection.documents].map(([id, { deliveries }]) => [id, deliveries.length]));

beforeEach(() => {
  collection = new FakeCollection();
});

describe('an event', () => {
  test('is one document however often SQS delivers it, with its delivery counted once', async () => {
    const same = event('1', '{}');
    for (let i = 0; i < 3; i++) expect(await store(same, same)).toEqual(['GitHub:1', 'GitHub:1']);
    expect(deliveries()).toEqual({ 'GitHub:1': 1 });
  });

  test('is one document however often its sender repeats it, with each delivery visible', async () => {
    await store(event('1', '{}'), event('1', '{}'));
    await store(event('1', '{}'));
    expect(deliveries()).toEqual({ 'GitHub:1': 3 });
  });

  test('is written in one call with the rest of its batch; repeats take one more together', async () => {
    expect(await store(event('1', '{}'), event('2', '{}'), event('3', '{}'))).toEqual([
      'GitHub:1',
      'GitHub:2',
      'GitHub:3',
    ]);
    expect(collection.writes).toBe(1);
    await store(event('1', '{}'), event('4', '{}'), event('3', '{}'), event('3', '{}'));
    expect(collection.writes).toBe(3);
    expect(deliveries()).toEqual({ 'GitHub:1': 2, 'GitHub:2': 1, 'GitHub:3': 3, 'GitHub:4': 1 });
  });

  test('lists its latest deliveries and counts all; one that is listed is not counted again', async () => {
    const repeats = Array.from({ length: 250 }, (_, i) => event('1', '{}', `delivery ${i}`));
    for (let i = 0; i < repeats.length; i += 25) {
      const batch = repeats.slice(i, i + 25);
      await store(...batch);
      await store(...batch);
    }
    await store(...repeats.slice(-LISTED_DELIVERIES));
    const document = collection.documents.get('GitHub:1');
    expect(document?.deliveryCount).toBe(250);
    expect(document?.deliveries.map(({ id }) => id)).toEqual(
      Array.from({ length: LISTED_DELIVERIES }, (_, i) => `delivery ${i + 150}`),
    );
  });
});

describe('one identity with different bytes', () => {
  const conflictId = `GitHub:1#${sha256Hex('b')}`;

  test('is a second document that is marked, across batches and within one', async () => {
    expect(await store(event('1', 'a'), event('1', 'b'))).toEqual(['GitHub:1', conflictId]);
    expect(await store(event('2', 'x'), event('1', 'b'), event('1', 'a'))).toEqual([
      'GitHub:2',
      conflictId,
      'GitHub:1',
    ]);
    expect(deliveries()).toEqual({ 'GitHub:1': 2, [conflictId]: 2, 'GitHub:2': 1 });
    expect(collection.documents.get(conflictId)?.conflictsWith).toBe('GitHub:1');
    expect(collection.documents.get('GitHub:1')?.conflictsWith).toBeUndefined();
  });

  test('stays one document for each of the bytes when it is delivered again', async () => {
    const [a, b, c] = [event('1', 'a'), event('1', 'b'), event('1', 'c')];
    for (let i = 0; i < 3; i++) await store(c, b, a);
    expect(deliveries()).toEqual({
      'GitHub:1': 1,
      [`GitHub:1#${sha256Hex('b')}`]: 1,
      [`GitHub:1#${sha256Hex('a')}`]: 1,
    });
  });
});

describe('an identity that is taken', () => {
  const duplicate = (index: number) => ({ index, code: 11000, errmsg: 'E11000' });

  test('by a document that has expired since is the event’s again', async () => {
    await store(event('1', 'a'));
    collection.beforeFind = () => collection.documents.delete('GitHub:1');
    expect(await store(event('1', 'b'))).toEqual(['GitHub:1']);
    expect(collection.documents.get('GitHub:1')).toMatchObject({ bodySha256: sha256Hex('b') });
  });

  test('by another one each time it is looked at is settled all the same', async () => {
    await store(event('1', 'a'));
    const racing = event('1', 'b');
    collection.beforeFind = () => {
      collection.documents.delete('GitHub:1');
      collection.beforeFind = () => undefined;
    };
    collection.before = (write) => {
      if (write === 3) collection.documents.set('GitHub:1', { ...event('1', 'b'), deliveries: [] });
    };
    expect(await store(racing)).toEqual(['GitHub:1']);
    expect(deliveries()).toEqual({ 'GitHub:1': 1 });
  });

  test('and can’t be settled fails that event alone', async () => {
    collection.before = (write) => {
      if (write === 1) throw bulkWriteError([duplicate(1)], 1);
      throw bulkWriteError([duplicate(0)], 0);
    };
    expect(await store(event('1', 'a'), event('2', 'b'))).toEqual(['GitHub:1', 'E11000']);
    expect(collection.writes).toBe(5);
  });

  test('fails the batch if the store can’t be read', async () => {
    await store(event('1', 'a'));
    collection.find = () => ({ toArray: () => Promise.reject(new Error('away')) });
    await expect(store(event('1', 'a'))).rejects.toThrow(StoreError);
  });
});

describe('what fails', () => {
  const invalid = (index: number) => ({ index, code: 121, errmsg: 'Document failed validation' });

  test('is that event alone, if each of the others is counted', async () => {
    collection.before = () => {
      throw bulkWriteError([invalid(1)], 2);
    };
    expect(await store(event('1', 'a'), event('2', 'b'), event('3', 'c'))).toEqual([
      'GitHub:1',
      'Document failed validation',
      'GitHub:3',
    ]);
    expect(collection.writes).toBe(1);
  });

  test('is that event alone too, if its delivery can’t be added', async () => {
    await store(event('1', 'a'), event('2', 'b'));
    collection.before = (write) => {
      if (write === 3) throw bulkWriteError([invalid(1)], 0);
    };
    expect(await store(event('3', 'c'), event('1', 'a'), event('2', 'b'))).toEqual([
      'GitHub:3',
      'GitHub:1',
      'Document failed validation',
    ]);
  });

  test('is the whole batch if deliveries are added to no majority; redelivered it is counted once', async () => {
    await store(event('1', 'a'));
    const repeat = event('1', 'a');
    collection.before = (write) => {
      if (write === 3) throw bulkWriteError([], 0, { code: 64 });
    };
    await expect(store(repeat)).rejects.toThrow(StoreError);
    await store(repeat);
    await store(repeat);
    expect(collection.documents.get('GitHub:1')).toMatchObject({ deliveryCount: 2 });
  });

  test.each([
    ['a write concern that wasn’t reached', bulkWriteError([], 2)],
    ['the same beside a write error', bulkWriteError([invalid(0)], 1, { code: 64 })],
    ['a write error that leaves others uncounted', bulkWriteError([invalid(0)], 0)],
    ['a write error of no operation', bulkWriteError([invalid(7)], 1)],
    ['a time-out', new MongoNetworkTimeoutError('timed out')],
    ['anything else', new Error('topology is closed')],
  ])('is the whole batch after %s', async (_, error) => {
    collection.before = () => {
      throw error;
    };
    await expect(store(event('1', 'a'), event('2', 'b'))).rejects.toThrow(StoreError);
    expect(collection.writes).toBe(1);
  });

  test('is the whole batch if the answer counts fewer than were asked for', async () => {
    collection.bulkWrite = async () => ({ insertedCount: 1 });
    await expect(store(event('1', 'a'), event('2', 'b'))).rejects.toThrow(StoreError);
  });
});

describe('names in a copy that the store refuses', () => {
  beforeEach(() => {
    collection.refuses = ({ payload }) => /"[^"]*[.$][^"]*":/.test(JSON.stringify(payload));
  });

  test('leave out the copy, and nothing else', async () => {
    expect(await store(event('1', '{"a":1}'), event('2', '{"a":[{"b.c":9007199254740993}]}'))).toEqual([
      'GitHub:1',
      'GitHub:2',
    ]);
    const [plain, odd] = [...collection.documents.values()];
    expect(plain).toMatchObject({ payload: { a: 1 } });
    expect(odd).toMatchObject({ _id: 'GitHub:2', payloadOmitted: 'reserved-key', deliveryCount: 1 });
    expect(odd).not.toHaveProperty('payload');
    expect(odd).not.toHaveProperty('payloadNumbers');
  });

  test('and other refusals stay what they are', async () => {
    collection.before = (write) => {
      throw bulkWriteError([{ index: 0, code: 121, errmsg: `no, ${write}` }], 0);
    };
    expect(await store(event('1', '{"$a":1}'))).toEqual(['no, 2']);
    expect(await store(event('1', '{"a":1}'))).toEqual(['no, 3']);
  });

  test('of a conflict that comes again count once as well', async () => {
    const [first, other] = [event('1', '{"a":1}'), event('1', '{"a.b":1}')];
    for (let i = 0; i < 2; i++) await store(first, other);
    expect(deliveries()).toEqual({ 'GitHub:1': 1, [`GitHub:1#${other.bodySha256}`]: 1 });
  });
});

describe('a connection that broke', () => {
  const broken = () => {
    throw new MongoNetworkError('connection closed');
  };

  test('is tried once more', async () => {
    collection.before = (write) => {
      if (write === 1) broken();
    };
    expect(await store(event('1', 'a'))).toEqual(['GitHub:1']);
    collection.before = broken;
    await expect(store(event('1', 'a'))).rejects.toThrow(StoreError);
    expect(collection.writes).toBe(4);
  });

  test('after the store had written changes nothing more: the events meet their own documents', async () => {
    await store(event('2', 'x'));
    const write = collection.bulkWrite.bind(collection);
    collection.bulkWrite = async (operations) => {
      await write(operations).catch(() => undefined);
      collection.bulkWrite = write;
      return broken();
    };
    expect(await store(event('1', 'a'), event('1', 'b'), event('2', 'x'))).toEqual([
      'GitHub:1',
      `GitHub:1#${sha256Hex('b')}`,
      'GitHub:2',
    ]);
    expect(deliveries()).toEqual({ 'GitHub:1': 1, [`GitHub:1#${sha256Hex('b')}`]: 1, 'GitHub:2': 2 });
  });
});
