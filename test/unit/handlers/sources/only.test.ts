import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isWanted } from '../../../../handlers/sources/only.ts';
import { post } from '../deliveries.ts';

const typed = { types: ['push', 'ping'] };
const placed = { jsonPath: '$.items[0].state', values: ['paid', '7'] };

test.each([
  ['one of the types', typed, 'push', '{}', true],
  ['another type', typed, 'Push', '{}', false],
  ['no type', typed, undefined, '{}', false],
  ['one of the values', placed, 'push', '{"items":[{"state":"paid"}]}', true],
  ['a number among the values', placed, undefined, '{"items":[{"state":7}]}', true],
  ['another value', placed, undefined, '{"items":[{"state":"open"}]}', false],
  ['nothing there', placed, undefined, '{"items":[]}', false],
  ['no JSON', placed, undefined, 'state=paid', false],
])('an event with %s is wanted or not', (_, only, type, body, wanted) => {
  expect(isWanted(only, type, post({}, body))).toBe(wanted);
});

test('an event of which it can not be told is wanted', () => {
  const compressed = post({ 'content-encoding': 'gzip' }, gzipSync('{"items":[{"state":"open"}]}'));
  const deep = post({}, `${'['.repeat(200)}${']'.repeat(200)}`);
  for (const request of [compressed, deep]) {
    expect(isWanted(placed, undefined, request)).toBe(true);
    expect(isWanted(typed, undefined, request)).toBe(true);
    // A type that is known without the body tells.
    expect(isWanted(typed, 'open', request)).toBe(false);
  }
});
