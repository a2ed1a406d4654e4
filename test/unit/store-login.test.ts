import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIRST_USER, formerUsersOf } from '../../handlers/contract.ts';
import { isMadeFor, loginOf, newLogin, newPassword, secretOf } from '../../src/store-login.ts';

const bytes = (length: number) => Buffer.alloc(length, 0xab);
const at = (seconds: number) => ({ now: () => seconds * 1000 + 999, randomBytes: bytes });

describe('the secret of a store', () => {
  test.each([
    'hunter2',
    '',
    'a:b',
    'nami:hunter2',
    'nami-x:hunter2',
    'nami-01234567-89abcdef:hunter2',
    'nami-01234567-89abcdef89abcdef',
    'nami-01234567-89abcdef89abcdef:',
    'nami-reader-01234567-89abcdef89abcdef:hunter2',
  ])('that names nobody who came later is the password of the first user: %j', (secret) => {
    expect(loginOf(secret)).toEqual({ user: FIRST_USER, password: secret });
    expect(secretOf(loginOf(secret))).toBe(secret);
  });

  test('reads back as what it was written from', () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.nat(2 ** 32 - 1), (request, seconds) => {
        const login = newLogin(request, at(seconds));
        expect(loginOf(secretOf(login))).toEqual(login);
      }),
    );
  });
});

describe('a new login', () => {
  test('says for which request it was made', () => {
    const { user } = newLogin('once', at(1));
    expect(isMadeFor(user, 'once')).toBe(true);
    expect(isMadeFor(user, 'twice')).toBe(false);
    expect(isMadeFor(newLogin(undefined, at(1)).user, 'once')).toBe(false);
    expect(isMadeFor(FIRST_USER, '')).toBe(false);
    expect(isMadeFor(newLogin('', at(1)).user, '')).toBe(true);
  });

  test('says when it was made, so that it comes after those before it', () => {
    expect(newLogin(undefined, at(0x68000000)).user).toBe('nami-00000000-68000000abababab');
    const [before, after] = [9, 10].map((seconds) => newLogin('once', at(seconds)).user);
    expect(formerUsersOf([before ?? ''], after ?? '')).toEqual([before]);
    expect(formerUsersOf([after ?? ''], before ?? '')).toEqual([]);
  });

  test('has a password that needs no escaping anywhere', () => {
    expect(newPassword(bytes)).toMatch(/^[\w-]{43}$/);
    expect(newLogin('once', at(1)).password).toBe(newPassword(bytes));
  });
});
