import { beforeEach, describe, expect, test } from 'vitest';
import { Inventory } from '../../../../src/aws/account/inventory.ts';
import { FakeClock } from '../../fake-clock.ts';

describe('a shared list', () => {
  let clock: FakeClock;
  let inventory: Inventory;
  let reads: number;
  beforeEach(() => {
    clock = new FakeClock();
    inventory = new Inventory(clock);
    reads = 0;
  });
  async function* load() {
    reads += 1;
    yield reads;
  }
  const read = () => inventory.read('queues', 5, load);

  test('is read once for all who ask while it is being read', async () => {
    expect(await Promise.all([read(), read(), read()])).toEqual([[1], [1], [1]]);
  });

  test('is good for as long as the reader says', async () => {
    await read();
    await clock.advance(4999);
    expect(await read()).toEqual([1]);
    await clock.advance(1);
    expect(await read()).toEqual([2]);
  });

  test('serves whoever takes it as old as it is, and nobody else', async () => {
    const readLately = (seconds: number) => inventory.read('queues', seconds, load);
    await readLately(1);
    await clock.advance(4000);
    expect(await readLately(5)).toEqual([1]);
    expect(await readLately(4)).toEqual([2]);
    await clock.advance(1000);
    expect(await readLately(1)).toEqual([3]);
  });

  test('that is empty may have come too early, and is not believed for long', async () => {
    const empty = () =>
      inventory.read('types', 3600, async function* () {
        reads += 1;
        yield* [];
      });
    await empty();
    await clock.advance(29_999);
    await empty();
    expect(reads).toBe(1);
    await clock.advance(1);
    await empty();
    expect(reads).toBe(2);
  });

  test('is read anew after a change', async () => {
    await read();
    inventory.forget('queues');
    expect(await read()).toEqual([2]);
  });

  test('that was read while it was changed serves nobody afterwards, whatever became of the change', async () => {
    await inventory.change('queues', read);
    expect(await read()).toEqual([2]);
    const lost = async () => {
      await read();
      throw new Error('lost');
    };
    await expect(inventory.change('queues', lost)).rejects.toThrow('lost');
    expect(await read()).toEqual([4]);
  });

  test('that could not be read is read again by the next who asks', async () => {
    const failing = () =>
      inventory.read('queues', 5, async function* () {
        yield 1;
        throw new Error('slow down');
      });
    await expect(Promise.all([failing(), failing()])).rejects.toThrow('slow down');
    expect(await read()).toEqual([1]);
  });

  test('is not spoilt by a read that fails after a newer one began', async () => {
    let fail = (_: Error) => {};
    const old = inventory.read('queues', 5, async function* () {
      yield await new Promise<number>((_, reject) => {
        fail = reject;
      });
    });
    inventory.forget('queues');
    await read();
    fail(new Error('late'));
    await expect(old).rejects.toThrow('late');
    expect(await read()).toEqual([1]);
  });

  test('has a name of its own', async () => {
    await read();
    expect(await inventory.read('roles', 5, load)).toEqual([2]);
  });
});
