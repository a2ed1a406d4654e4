import { describe, expect, test } from 'vitest';
import type { StoreProbe } from '../../../../handlers/contract.ts';
import { storeFacts } from '../../../../src/controller/report/store-facts.ts';
import { reachable, UNREACHABLE } from '../pipelines.ts';

const GIB = 2 ** 30;
const said = (more: Partial<StoreProbe & { reachable: true }>) => ({
  view: reachable(0, { store: { reachable: true, documents: 0, ...more } }),
});

describe('what a store says of itself', () => {
  test('is told to two digits, as far as it says it', () => {
    const disk = { totalBytes: 8 * GIB, usedBytes: 3 * GIB };
    const oldestEvent = '2026-01-01T00:00:00.123Z';
    expect(
      storeFacts(
        said({ documents: 123_456, disk, version: '8.0.4', latencyMilliseconds: 340, oldestEvent }),
        {},
      ),
    ).toEqual({
      documents: 120_000,
      usedBytes: 3.2e9,
      freeBytes: 5.4e9,
      version: '8.0.4',
      latencyMilliseconds: 300,
      oldestEvent: '2026-01-01T00:00:00Z',
    });
    expect(storeFacts(said({}), undefined)).toEqual({ documents: 0 });
  });

  test('stays as it was told while the store does not answer', () => {
    const told = { documents: 12, version: '8.0.4' };
    expect(storeFacts({ view: UNREACHABLE }, told)).toEqual(told);
    expect(storeFacts({ view: { is: 'unknown', why: '' } }, undefined)).toEqual({});
  });

  test.each([
    ['a tenth more', { documents: 1100 }, { documents: 1000 }],
    [
      'what a volume moves by itself',
      { documents: 0, disk: { totalBytes: 100, usedBytes: 6 } },
      { documents: 0, usedBytes: 5, freeBytes: 95 },
    ],
    [
      'twice the latency',
      { documents: 0, latencyMilliseconds: 250 },
      { documents: 0, latencyMilliseconds: 100 },
    ],
    [
      'an hour',
      { documents: 1, oldestEvent: '2026-01-01T01:00:00Z' },
      { documents: 1, oldestEvent: '2026-01-01T00:00:00Z' },
    ],
  ])('is not told anew for %s', (_, now, told) => {
    expect(storeFacts(said(now), told)).toEqual(told);
  });

  test.each([
    ['more than a tenth more', { documents: 1101 }, { documents: 1000 }, { documents: 1100 }],
    ['the first event', { documents: 1 }, { documents: 0 }, { documents: 1 }],
    ['the last one that goes', { documents: 0 }, { documents: 5 }, { documents: 0 }],
    [
      'a store that is slow',
      { documents: 0, latencyMilliseconds: 2500 },
      { documents: 0, latencyMilliseconds: 100 },
      { documents: 0, latencyMilliseconds: 3000 },
    ],
  ])('is told anew for %s', (_, now, told, anew) => {
    expect(storeFacts(said(now), told)).toEqual(anew);
  });

  test('of a store that fills up is written less often the more it holds', () => {
    let told = storeFacts(said({}), undefined);
    let writes = 0;
    for (let documents = 0; documents <= 100_000; documents += 10) {
      const now = storeFacts(said({ documents }), told);
      if (now.documents !== told.documents) writes += 1;
      told = now;
    }
    expect(writes).toBeLessThan(120);
  });
});
