import { describe, expect, test } from 'vitest';
import type { Schema } from './schema.ts';
import { applied, InvalidApply } from './server-side-apply.ts';

const SCHEMA: Schema = {
  properties: {
    code: { properties: { preQueue: {}, postQueue: {} } },
    queue: { properties: { depth: {} } },
    conditions: {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: { properties: {} },
    },
  },
};

describe('server-side apply', () => {
  test('takes away what the manager gave before and gives no longer', () => {
    const before = { code: { preQueue: 'a', postQueue: 'b' }, queue: { depth: 1 } };
    expect(applied(before, before, { code: { preQueue: 'c' } }, SCHEMA)).toEqual({ code: { preQueue: 'c' } });
  });

  test("leaves others' fields and items alone", () => {
    const live = { code: { preQueue: 'a', theirs: 1 }, conditions: [{ type: 'Ours' }, { type: 'Theirs' }] };
    const before = { code: { preQueue: 'a' }, conditions: [{ type: 'Ours' }] };
    expect(applied(live, before, { queue: { depth: 0 } }, SCHEMA)).toEqual({
      queue: { depth: 0 },
      code: { theirs: 1 },
      conditions: [{ type: 'Theirs' }],
    });
  });

  test('merges conditions by their type', () => {
    const live = { conditions: [{ type: 'Ready', status: 'False', reason: 'A' }] };
    const given = { conditions: [{ type: 'Ready', status: 'True' }] };
    expect(applied(live, live, given, SCHEMA)).toEqual({ conditions: [{ type: 'Ready', status: 'True' }] });
  });

  test('refuses an empty object over fields that were owned', () => {
    const before = { code: { preQueue: 'a' } };
    expect(() => applied(before, before, { code: {} }, SCHEMA)).toThrow(InvalidApply);
    expect(applied({}, {}, { code: {} }, SCHEMA)).toEqual({ code: {} });
  });
});
