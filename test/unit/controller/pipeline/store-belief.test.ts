import { describe, expect, test } from 'vitest';
import {
  allowsReading,
  askAgainAfter,
  believe,
  NOT_ASKED,
  onHost,
  type StoreAnswer,
} from '../../../../src/controller/pipeline/store-belief.ts';
import { believed, reachable, UNREACHABLE } from '../pipelines.ts';

const UNKNOWN: StoreAnswer = { is: 'unknown', why: 'throttled' };
const told = (...answers: StoreAnswer[]) =>
  answers.reduce((belief, answer) => believe(belief, answer, 0), NOT_ASKED);

describe('whether the queue is read', () => {
  test.each<[string, StoreAnswer[], boolean | undefined]>([
    ['nothing was asked, as after a restart: it stays as it is', [], undefined],
    ['the store answers', [reachable()], true],
    ['it fails to answer once: that may be a mishap', [reachable(), UNREACHABLE], true],
    ['it fails twice', [reachable(), UNREACHABLE, UNREACHABLE], false],
    ['it fails, answers and fails', [reachable(), UNREACHABLE, reachable(), UNREACHABLE], true],
    ['it fails once after a restart: it stays as it is', [UNREACHABLE], undefined],
    ['it fails twice after a restart', [UNREACHABLE, UNREACHABLE], false],
    ['the function does not answer, which says nothing', [reachable(), UNKNOWN, UNKNOWN], true],
    ['the function does not answer in an outage', [UNREACHABLE, UNREACHABLE, UNKNOWN], false],
    ['the function does not answer after a restart: it stays as it is', [UNKNOWN, UNKNOWN], undefined],
    ['it answers after an outage', [UNREACHABLE, UNREACHABLE, reachable()], true],
  ])('when %s', (_, answers, read) => {
    expect(allowsReading(told(...answers))).toBe(read);
  });
});

describe('a store that is known and that nobody can ask', () => {
  const later = (minutes: number) =>
    believe(believe(believed(reachable()), UNKNOWN, 0), UNKNOWN, minutes * 60_000);

  test('is as it was for a while, and then not heard of, with the reason', () => {
    expect(later(4)).not.toHaveProperty('unheard');
    expect(later(5)).toMatchObject({ view: { is: 'reachable' }, unheard: 'throttled' });
  });

  test.each([reachable(), UNREACHABLE])('is heard of again with its next answer', (answer) => {
    expect(believe(later(5), answer, 301_000)).not.toHaveProperty('unheard');
  });
});

describe('a host that is seen', () => {
  const answered = believed(reachable(), { host: 'i-1' });

  test('that is the one that answered changes nothing', () => {
    expect(onHost(answered, { is: 'serves', id: 'i-1' }, 'i-1')).toEqual(answered);
  });

  test('that is another has not answered, so nothing is read for it', () => {
    const now = onHost(answered, { is: 'serves', id: 'i-2' }, 'i-1');
    expect(now).toMatchObject({ view: { is: 'unknown' }, host: 'i-2', awaitsHost: true });
    expect(allowsReading(now)).toBe(false);
    expect(allowsReading(believe(now, reachable(), 0))).toBe(true);
  });

  test('that is on its way has not answered either, though it may come back as the same', () => {
    const away = onHost(answered, { is: 'none' }, 'i-1');
    expect(allowsReading(away)).toBe(false);
    expect(allowsReading(onHost(away, { is: 'serves', id: 'i-1' }, 'i-1'))).toBe(false);
  });

  test('that AWS said nothing of is neither gone nor another', () => {
    expect(onHost(answered, { is: 'unseen' }, 'i-1')).toBe(answered);
  });

  test('after a restart is the one that was asked just now', () => {
    const asked = believed(reachable());
    expect(onHost(asked, { is: 'serves', id: 'i-1' }, 'i-1')).toEqual({ ...asked, host: 'i-1' });
  });

  test('after a restart in the midst of a replacement is awaited', () => {
    expect(allowsReading(onHost(believed(reachable()), { is: 'none' }, 'i-1'))).toBe(false);
  });

  test('is not awaited where there never was one: a new mapping reads nothing yet', () => {
    expect(onHost(NOT_ASKED, { is: 'none' }, undefined)).toBe(NOT_ASKED);
  });

  test('is forgotten when the store stands on none of ours any more', () => {
    expect(onHost(answered, { is: 'external' }, 'i-1')).toBe(NOT_ASKED);
    expect(onHost(believed(reachable()), { is: 'external' }, undefined).view.is).toBe('reachable');
  });
});

describe('the next question', () => {
  test('comes after the pause between two looks while all is well', () => {
    expect(askAgainAfter(told(reachable()), 1e9, 60)).toBe(60);
  });

  test('comes soon when in doubt, and the less often the longer there was no answer', () => {
    const silent = told(reachable(), UNREACHABLE);
    expect([0, 2, 20, 40, 60, 3600].map((seconds) => askAgainAfter(silent, seconds * 1000, 60))).toEqual([
      1, 1, 5, 10, 15, 15,
    ]);
    expect(askAgainAfter(silent, 3_600_000, 2)).toBe(2);
  });
});
