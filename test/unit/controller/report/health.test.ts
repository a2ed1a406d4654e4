import { describe, expect, test } from 'vitest';
import type { PostQueueProbe } from '../../../../handlers/contract.ts';
import { NOT_ASKED } from '../../../../src/controller/pipeline/store-belief.ts';
import { healthOf } from '../../../../src/controller/report/health.ts';
import { believed, outcomeOf, reachable, UNREACHABLE } from '../pipelines.ts';

const disk = (usedBytes: number) => ({ totalBytes: 100, usedBytes });
const answers = (more: Partial<PostQueueProbe> = {}) =>
  believed(reachable(0, { store: { reachable: true, documents: 1, disk: disk(10) }, ...more }));
const used = (bytes: number) => answers({ store: { reachable: true, documents: 1, disk: disk(bytes) } });
const QUEUE = { depth: 0, deadLetters: 0 };
const REFUSED = [
  outcomeOf('ReservedConcurrency', 'r', {
    state: 'Failed',
    reason: 'ReservationRefused',
    message: 'none left',
  }),
];

describe('health', () => {
  test.each<[string, Parameters<typeof healthOf>, string, string]>([
    ['before the first look', [NOT_ASKED, undefined, 80, []], 'Unknown NotProbed', 'first answer'],
    [
      'when the function does not answer',
      [believed({ is: 'unknown', why: 'throttled' }, { silentSince: 0 }), QUEUE, 80, []],
      'Unknown ProbeFailed',
      'throttled',
    ],
    [
      'when a store that has answered has not been heard of since',
      [believed(answers().view, { unheard: 'throttled' }), QUEUE, 80, []],
      'Unknown ProbeFailed',
      'throttled',
    ],
    [
      'when nothing is heard of a store, and events were put aside',
      [believed(answers().view, { unheard: 'throttled' }), { depth: 0, deadLetters: 2 }, 80, []],
      'False DeadLetters',
      '2 events could not be stored',
    ],
    [
      'when the store does not answer',
      [believed(UNREACHABLE), QUEUE, 80, []],
      'False StoreUnreachable',
      'keeps the events meanwhile: refused',
    ],
    [
      'when the certificate of the store is refused',
      [believed({ is: 'unreachable', why: 'refused', reason: 'TlsFailed' }), QUEUE, 80, []],
      'False TlsFailed',
      'keeps the events meanwhile: refused',
    ],
    [
      'when the store objects to something',
      [answers({ store: { reachable: true, documents: 1, objection: 'no index' } }), QUEUE, 80, []],
      'False StoreObjects',
      'no index',
    ],
    [
      'with dead letters',
      [answers(), { depth: 0, deadLetters: 2 }, 80, []],
      'False DeadLetters',
      '2 events could not be stored',
    ],
    [
      'with a full volume',
      [used(80), QUEUE, 80, []],
      'False VolumeFilling',
      '80 % of the volume is used: raise',
    ],
    [
      'with a full volume that keeps the database from going on',
      [used(96), { depth: 3, deadLetters: 2 }, 80, []],
      'False VolumeFull',
      'is read again once',
    ],
    ['with a volume below the threshold', [used(79), QUEUE, 80, []], 'True Healthy', ''],
    [
      'without a volume of its own',
      [answers({ store: { reachable: true, documents: 1 } }), QUEUE, 1, []],
      'True Healthy',
      '',
    ],
    [
      'with a wish that AWS refused',
      [answers(), QUEUE, 80, REFUSED],
      'False ReservationRefused',
      'none left',
    ],
    ['when all is well', [answers(), QUEUE, 80, []], 'True Healthy', ''],
    ['with events on their way', [answers(), { depth: 1000, deadLetters: 0 }, 80, []], 'True Healthy', ''],
    ['before the queue was read', [answers(), undefined, 80, []], 'True Healthy', ''],
  ])('%s', (_, args, verdict, words) => {
    const { status, reason, message } = healthOf(...args);
    expect(`${status} ${reason}`).toBe(verdict);
    expect(message).toContain(words);
  });
});
