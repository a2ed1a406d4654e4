import { describe, expect, test } from 'vitest';
import { sleep } from '../../src/clock.ts';
import { FakeClock } from './fake-clock.ts';

describe('the fake clock', () => {
  test('fires what is due, in order of time and then of setting', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push('b'));
    clock.after(10, () => fired.push('a'));
    clock.after(20, () => fired.push('c'));
    clock.after(21, () => fired.push('late'));
    await clock.advance(20);
    expect(fired).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(1);
    expect(clock.untilNext).toBe(1);
  });

  test('shows a callback the time at which it is due', async () => {
    const clock = new FakeClock({ start: 1000 });
    const seen: number[] = [];
    clock.after(5, () => seen.push(clock.now()));
    await clock.advance(100);
    expect([...seen, clock.now()]).toEqual([1005, 1100]);
  });

  test('fires timers that callbacks and promises set on the way', async () => {
    const clock = new FakeClock();
    let rounds = 0;
    const loop = async () => {
      for (;;) {
        await sleep(clock, 10);
        rounds += 1;
      }
    };
    void loop();
    await clock.advance(95);
    expect(rounds).toBe(9);
  });

  test('does not fire what was cancelled', async () => {
    const clock = new FakeClock();
    const cancel = clock.after(10, () => expect.unreachable());
    cancel();
    await clock.advance(20);
    expect(clock.pending).toBe(0);
  });

  test('runs until a promise settles, and says when it never will', async () => {
    const clock = new FakeClock({ start: 0 });
    await clock.until(sleep(clock, 5000));
    expect(clock.now()).toBe(5000);
    await expect(clock.until(new Promise(() => {}))).rejects.toThrow('nothing is due');
    await expect(clock.until(Promise.reject(new Error('itself')))).rejects.toThrow('itself');
  });

  test('is as random in every run', () => {
    const [one, two] = [new FakeClock({ seed: 7 }), new FakeClock({ seed: 7 })];
    const numbers = Array.from({ length: 1000 }, () => one.random());
    expect(numbers).toEqual(Array.from({ length: 1000 }, () => two.random()));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(one.randomBytes(8)).toEqual(two.randomBytes(8));
  });
});
