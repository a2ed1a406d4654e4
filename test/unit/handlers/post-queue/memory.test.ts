import { expect, test } from 'vitest';
import { Room } from '../../../../handlers/post-queue/memory.ts';

test('who doesn’t fit waits until there is room, and keeps nobody who fits', async () => {
  const room = new Room(10);
  const entered: string[] = [];
  const enter = (name: string, bytes: number) => room.take(bytes).then(() => entered.push(name));
  await enter('a', 6);
  const large = enter('large', 20);
  const b = enter('b', 5);
  await enter('c', 4);
  expect(entered).toEqual(['a', 'c']);
  room.give(6);
  await b;
  room.give(4);
  room.give(5);
  await large;
  expect(entered).toEqual(['a', 'c', 'b', 'large']);
});
