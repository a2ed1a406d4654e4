import { describe, expect, test } from 'vitest';
import {
  forgetStoreOfAnotherHost,
  isReachable,
  type Memory,
} from '../../../../src/controller/pipeline/memory.ts';
import { applied, outcomeOf } from '../pipelines.ts';

const remembered = (host?: string): Memory => ({
  uid: 'u',
  codeObjects: new Map(),
  store: {
    is: 'reachable',
    at: 0,
    probe: { nami: 'post-queue', problems: [], store: { reachable: true, documents: 0 } },
  },
  storeAskedAt: 1,
  ...(host !== undefined && { host }),
});
const hostIs = (id: string, state: 'Ready' | 'Pending' = 'Ready') =>
  applied(outcomeOf('Instance', 'host', { id, state }));

describe('what is known of the store', () => {
  test('stays while the host is the same', () => {
    const memory = remembered('i-1');

    forgetStoreOfAnotherHost(memory, hostIs('i-1'));

    expect(isReachable(memory)).toBe(true);
  });

  test.each([
    ['is another', hostIs('i-2'), 'i-2'],
    ['is on its way', hostIs('i-2', 'Pending'), undefined],
    ['is no more', applied(), undefined],
  ])('is forgotten when the host %s, so that the queue pauses', (_, outcome, host) => {
    const memory = remembered('i-1');

    forgetStoreOfAnotherHost(memory, outcome);

    expect(isReachable(memory)).toBe(false);
    expect(memory.storeAskedAt).toBeUndefined();
    expect(memory.host).toBe(host);
  });

  test('is kept for the first host that is seen after a start', () => {
    const memory = remembered();

    forgetStoreOfAnotherHost(memory, hostIs('i-1'));

    expect(isReachable(memory)).toBe(true);
    expect(memory.host).toBe('i-1');
  });
});
