import { describe, expect, test } from 'vitest';
import { ClockWatch } from '../../../src/process/clock-watch.ts';

describe('a clock', () => {
  const watched = () => {
    const time = { now: 1_000_000, monotonic: 500 };
    const watch = new ClockWatch({ now: () => time.now, monotonic: () => time.monotonic });
    const pass = (seconds: number, setBy = 0) => {
      time.monotonic += seconds * 1000;
      time.now += (seconds + setBy) * 1000;
      return watch.setBackSeconds;
    };
    return pass;
  };

  test('that goes on has not been set back, nor one that was set ahead', () => {
    const pass = watched();
    expect(pass(3600)).toBe(0);
    expect(pass(60, 3600)).toBe(0);
  });

  test('that was set back is so until it is where it would be', () => {
    const pass = watched();
    expect(pass(60, -3600)).toBe(3600);
    expect(pass(60)).toBe(3600);
    expect(pass(60, 3600)).toBe(0);
  });

  test('that was wrong for a while and is right again has been set back', () => {
    const pass = watched();
    pass(60, 7200);
    expect(pass(60, -7200)).toBe(7200);
  });
});
