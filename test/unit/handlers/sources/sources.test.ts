import { expect, test } from 'vitest';
import type { SourceType } from '../../../../handlers/contract.ts';
import { equalInConstantTime } from '../../../../handlers/sources/constant-time.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { secretProblems } from '../../../../handlers/sources/secret-problems.ts';
import { SOURCE_TYPES } from '../../../../src/senders/index.ts';
import { post, trust } from '../deliveries.ts';

const settingsOf = (type: SourceType) => trust(type, []).settings;

test('every source but None refuses a bare request', () => {
  for (const type of SOURCE_TYPES) {
    const verdict = sourceOf(settingsOf(type)).verify(post({}, '{}'), trust(type, ['c2VjcmV0']));
    expect(verdict !== 'authentic', type).toBe(type !== 'None');
  }
});

test('every name in the table is in lower case, as headers are looked up', () => {
  for (const type of SOURCE_TYPES) {
    const { signatureHeaders, identityHeaders } = sourceOf({
      ...settingsOf(type),
      eventId: { header: 'X-Id' },
    });
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
  ['Bearer', ['Bearer abc'], [{ secret: 0, message: expect.stringContaining('store the token alone') }]],
  [
    'Bearer',
    ['abc', 'tököööön'],
    [{ secret: 1, message: expect.stringContaining('a header does not carry') }],
  ],
  ['Basic', ['user:pass:word', 'user'], [{ secret: 1, message: expect.stringContaining('user:password') }]],
  ['GitLab', ['any token', 'whsec_?'], [{ secret: 1, message: expect.stringContaining('base64') }]],
  ['Meta', ['verify_me'], [{ message: expect.stringContaining('app secret') }]],
  ['Meta', ['verify_me', 'app secret'], []],
  ['MicrosoftGraph', ['x'.repeat(129)], [{ secret: 0, message: expect.stringContaining('128') }]],
  [
    'StandardWebhooks',
    ['whsec_?', ' '],
    [
      { secret: 0, message: expect.stringContaining('base64') },
      { secret: 1, message: expect.stringContaining('white space') },
    ],
  ],
] as const)('secrets of %s: %j', (type, secrets, problems) => {
  expect(secretProblems(settingsOf(type), secrets)).toEqual(problems);
});

test.each(['Bearer', 'Basic'] as const)('%s reads what stands behind any number of spaces', (type) => {
  const token = type === 'Basic' ? Buffer.from('a:b').toString('base64') : 'a:b';
  const verdict = (authorization: string) =>
    sourceOf(settingsOf(type)).verify(post({ authorization }, '{}'), trust(type, ['a:b']));
  for (const space of [' ', '  ', ' '.repeat(10_000)]) {
    expect(verdict(`${type}${space}${token}`)).toBe('authentic');
    expect(verdict(`${type.toUpperCase()}${space}${token}`)).toBe('authentic');
    expect(verdict(`${type}${space}${token} `)).not.toBe('authentic');
    expect(verdict(`${type}${space}`)).toBe('token-malformed');
  }
  expect(verdict(`${type}${token}`)).toBe('token-malformed');
  expect(verdict(`${type}\t${token}`)).toBe('token-malformed');
  // In one pass: with one from each of the spaces this would take hours.
  const spaces = ' '.repeat(4_000_000);
  for (const end of ['\n', '\u2028', '\nx', ''])
    expect(verdict(`${type}${spaces}${end}`)).not.toBe('authentic');
});
