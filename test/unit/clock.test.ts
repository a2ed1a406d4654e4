import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromRfc3339, rfc3339, sleep, systemClock } from '../../src/clock.ts';
import { FakeClock, settle } from './fake-clock.ts';

describe('to sleep', () => {
  test('takes as long as it says', async () => {
    const clock = new FakeClock({ start: 0 });
    await clock.until(sleep(clock, 1500));
    expect(clock.now()).toBe(1500);
  });

  test('ends at once on an abort, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const sleeping = sleep(clock, 1500, stop.signal);
    await settle();
    expect(clock.pending).toBe(1);
    stop.abort();
    await sleeping;
    expect(clock.pending).toBe(0);
  });

  test('does not begin after an abort', async () => {
    const clock = new FakeClock();
    await sleep(clock, 1500, AbortSignal.abort());
    expect(clock.pending).toBe(0);
  });

  test('leaves no listener behind on a signal that lives long', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = {
      aborted: false,
      addEventListener: (...args: Parameters<AbortSignal['addEventListener']>) => {
        listeners += 1;
        signal.addEventListener(...args);
      },
      removeEventListener: () => {
        listeners -= 1;
      },
    } as unknown as AbortSignal;
    await clock.until(sleep(clock, 10, counted));
    expect(listeners).toBe(0);
  });
});

describe('a time in Kubernetes’ form', () => {
  test('has whole seconds in UTC', () => {
    expect(rfc3339(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05Z');
  });

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000), (seconds) => {
        expect(fromRfc3339(rfc3339(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});

test('the real clock runs, cancels and is random', async () => {
  const before = systemClock.now();
  const cancel = systemClock.after(0, () => expect.unreachable());
  cancel();
  await sleep(systemClock, 5);
  expect(systemClock.now()).toBeGreaterThan(before);
  expect(systemClock.random()).toBeLessThan(1);
  expect(systemClock.randomBytes(8)).toHaveLength(8);
});
