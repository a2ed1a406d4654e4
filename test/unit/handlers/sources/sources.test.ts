import { expect, test } from 'vitest';
import { SIGNED_SOURCE_TYPES, SOURCE_TYPES } from '../../../../handlers/contract.ts';
import { equalInConstantTime } from '../../../../handlers/sources/constant-time.ts';
import { SOURCES } from '../../../../handlers/sources/index.ts';
import { secretProblems } from '../../../../handlers/sources/secret-problems.ts';
import { post, trust } from '../deliveries.ts';

test('what the contract calls signed refuses a bare request, and nothing else does', () => {
  for (const type of SOURCE_TYPES) {
    const verdict = SOURCES[type].verify(post({}, '{}'), trust(type, ['c2VjcmV0']));
    expect(verdict !== 'authentic', type).toBe(SIGNED_SOURCE_TYPES.includes(type));
  }
});

test('every name in the table is in lower case, as headers are looked up', () => {
  for (const { signatureHeaders, identityHeaders } of Object.values(SOURCES)) {
    for (const name of [...signatureHeaders, ...identityHeaders]) expect(name).toBe(name.toLowerCase());
  }
});

test('texts and bytes are equal only to themselves, whatever their length', () => {
  expect(equalInConstantTime('secret', 'secret')).toBe(true);
  expect(equalInConstantTime('é', Buffer.from('é'))).toBe(true);
  expect(equalInConstantTime('secret', 'secreT')).toBe(false);
  expect(equalInConstantTime('secret', 'secrets')).toBe(false);
  expect(equalInConstantTime('', 'secret')).toBe(false);
});

test.each([
  ['GitHub', [], [{ message: expect.stringContaining('spec.source.secretRefs') }]],
  ['None', [], []],
  ['GitHub', ['good', ''], [{ secret: 1, message: 'the secret is empty' }]],
  ['GitHub', ['good\n'], [{ secret: 0, message: expect.stringContaining('white space') }]],
  ['GitHub', [' good'], [{ secret: 0, message: expect.stringContaining('white space') }]],
  ['GitHub', ['good', 'another good one'], []],
  [
    'StandardWebhooks',
    ['whsec_?', ' '],
    [
      { secret: 0, message: expect.stringContaining('base64') },
      { secret: 1, message: expect.stringContaining('white space') },
    ],
  ],
] as const)('secrets of %s: %j', (type, secrets, problems) => {
  expect(secretProblems(type, secrets)).toEqual(problems);
});
