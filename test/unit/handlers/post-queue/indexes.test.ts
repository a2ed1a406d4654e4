import { expect, test, vi } from 'vitest';
import { makeIndexes } from '../../../../handlers/post-queue/indexes.ts';

const ORDER = { key: { receivedAt: 1 } };
const EXPIRY = { key: { expiresAt: 1 }, expireAfterSeconds: 0 };

test.each([
  [undefined, [ORDER]],
  [30, [ORDER, EXPIRY]],
])(
  'with %s days there are indexes for time order, and for expiry where there is one',
  async (days, wanted) => {
    const createIndexes = vi.fn().mockResolvedValue([]);
    await makeIndexes({ createIndexes } as never, days);
    expect(createIndexes.mock.calls).toEqual([[wanted]]);
  },
);
