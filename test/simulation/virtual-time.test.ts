import { expect, test } from 'vitest';
import { sleep } from '../../src/clock.ts';
import { VirtualTime } from './virtual-time.ts';

test('timers fire in order, those that are set by others included', async () => {
  const time = new VirtualTime({ seed: 1 });
  const fired: string[] = [];
  const note = (word: string, milliseconds: number) => time.after(milliseconds, () => fired.push(word));
  note('c', 30);
  note('a', 10);
  note('a, set later', 10);
  const cancel = note('never', 15);
  cancel();
  void sleep(time, 20).then(() => note('b', 5));
  await time.advance(29);
  expect(fired).toEqual(['a', 'a, set later', 'b']);
  await time.advance(1);
  expect(fired).toEqual(['a', 'a, set later', 'b', 'c']);
});

test('it stops as soon as something is so', async () => {
  const time = new VirtualTime({ seed: 1, start: 0 });
  let isSo = false;
  time.after(500, () => {
    isSo = true;
  });
  time.after(600, () => {});
  expect(await time.until(() => isSo, 1000)).toBe(true);
  expect(time.now()).toBe(500);
  expect(await time.until(() => !isSo, 1000)).toBe(false);
  expect(time.now()).toBe(1500);
});

test('while it moves, setTimeout is its own', async () => {
  const time = new VirtualTime({ seed: 1, start: 0 });
  const real = globalThis.setTimeout;
  let firedAt: number | undefined;
  time.after(1, () => {
    setTimeout(() => {
      firedAt = time.now();
    }, 3_600_000);
  });
  await time.advance(7_200_000);
  expect(firedAt).toBe(3_600_001);
  expect(globalThis.setTimeout).toBe(real);
});
