import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../../src/aws/calls/snapshots.ts';
import { dueSnapshots } from '../../../../src/controller/pipeline/snapshot-schedule.ts';

const HOUR = 3_600_000;
const NOW = 1000 * 24 * HOUR;
const DAILY = { everyHours: 24, keep: 2 };

const snapshot = (hoursAgo: number, state = 'completed'): Snapshot => ({
  id: `snap-${hoursAgo}-${state}`,
  volumeId: 'vol-1',
  accountId: '123456789012',
  sizeGiB: 8,
  object: 'snapshot',
  tags: {},
  at: NOW - hoursAgo * HOUR,
  state,
  progress: '',
  why: '',
});

describe('a schedule of snapshots', () => {
  test.each<[string, Snapshot[], boolean]>([
    ['the turn has come since the newest', [snapshot(12)], true],
    ['the newest was taken in this turn', [snapshot(2)], false],
    ['one is being taken, however long', [snapshot(40, 'pending'), snapshot(60)], false],
    ['the newest failed a moment ago', [snapshot(0.5, 'error'), snapshot(40)], false],
    ['the newest failed an hour ago', [snapshot(1, 'error'), snapshot(40)], true],
  ])('asks for one, or does not, where %s', (_, there, take) => {
    // Its turn is at 18:00; it is midnight.
    expect(dueSnapshots(there, DAILY, 0.75, NOW).take).toBe(take);
  });

  test('removes the oldest, and failed ones once a later one is whole', () => {
    const there = [
      snapshot(1),
      snapshot(25),
      snapshot(49),
      snapshot(73),
      snapshot(50, 'error'),
      snapshot(0.5, 'error'),
      snapshot(90, 'pending'),
    ];
    const { remove } = dueSnapshots(there, DAILY, 0, NOW);
    expect(remove.map(({ id }) => id)).toEqual(['snap-49-completed', 'snap-73-completed', 'snap-50-error']);
  });

  test('takes one a turn, however often it is asked, and keeps as many as it says', () => {
    const schedules = fc.record({
      everyHours: fc.integer({ min: 1, max: 48 }),
      keep: fc.integer({ min: 1, max: 5 }),
      place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(schedules, ({ place, ...schedule }) => {
        let there: Snapshot[] = [];
        const taken: number[] = [];
        const days = 6;
        for (let now = NOW; now < NOW + days * schedule.everyHours * HOUR; now += 60_000) {
          const { take, remove } = dueSnapshots(there, schedule, place, now);
          there = there.filter((each) => !remove.includes(each));
          if (!take) continue;
          taken.push(now);
          there.push({ ...snapshot(0), id: `snap-${now}`, at: now });
        }
        const gaps = taken.slice(1).map((at, index) => (at - (taken[index] ?? 0)) / HOUR);
        // The first comes within the hour, the second with the first turn.
        expect((taken[0] ?? 0) - NOW).toBeLessThan(HOUR);
        for (const gap of gaps.slice(1)) expect(gap).toBeCloseTo(schedule.everyHours, 0);
        expect(there.length).toBeLessThanOrEqual(schedule.keep + 1);
      }),
      { numRuns: 20 },
    );
  });

  test('does not begin for all pipelines at once', () => {
    const places = Array.from({ length: 500 }, (_, index) => index / 500);
    const begunIn = (there: Snapshot[], minute: number) =>
      places.filter(
        (place) =>
          dueSnapshots(there, DAILY, place, NOW + minute * 60_000).take &&
          !dueSnapshots(there, DAILY, place, NOW + (minute - 1) * 60_000).take,
      ).length;
    for (let minute = 1; minute < 60; minute++) {
      expect(begunIn([], minute)).toBeLessThan(15);
      expect(begunIn([snapshot(0.001)], minute)).toBeLessThan(3);
    }
  });
});
