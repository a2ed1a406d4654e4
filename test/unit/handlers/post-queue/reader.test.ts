import { type Document, MongoServerError } from 'mongodb';
import { expect, test, vi } from 'vitest';
import { readerOf } from '../../../../handlers/contract.ts';
import { keepReader } from '../../../../handlers/post-queue/reader.ts';

const LOGIN = { user: 'nami-reader', password: 'the password' };
const refusal = (code: number) => new MongoServerError({ message: 'no', code });

/** What is asked of a server that answers the first command so. */
async function asked(role: 'read' | 'readWrite' | undefined, first?: Error): Promise<Document[]> {
  const command = vi.fn<(command: Document) => Promise<Document>>().mockResolvedValue({ ok: 1 });
  if (first) command.mockRejectedValueOnce(first);
  await keepReader({ command } as never, 'shop', role, LOGIN);
  return command.mock.calls.map(([each]) => each);
}

const USER = { pwd: LOGIN.password, roles: [{ role: 'read', db: 'shop' }] };

test('who reads the events gets a user that reads their database alone', async () => {
  expect(await asked('read')).toEqual([{ createUser: 'nami-reader', ...USER }]);
});

test('a user that is there gets the role and the password that it is to have', async () => {
  expect(await asked('read', refusal(51_003))).toEqual([
    { createUser: 'nami-reader', ...USER },
    { updateUser: 'nami-reader', ...USER },
  ]);
});

test('one that nobody asks for any more goes, also when it has gone already', async () => {
  expect(await asked(undefined)).toEqual([{ dropUser: 'nami-reader' }]);
  expect(await asked(undefined, refusal(11))).toEqual([{ dropUser: 'nami-reader' }]);
});

test.each([[undefined], ['read' as const]])('what else the server refuses is told (%s)', async (role) => {
  await expect(asked(role, refusal(13))).rejects.toThrow('no');
});

test('the password of the reader tells nothing of that of the store, and follows from it', () => {
  const passwordOf = (password: string) => readerOf({ user: 'nami', password }).password;
  expect(passwordOf('a')).toBe(passwordOf('a'));
  expect(passwordOf('a')).not.toBe(passwordOf('b'));
  expect(passwordOf('the password')).toMatch(/^[\w-]{43}$/);
});

test('each login of the store has a reader of its own', () => {
  const userOf = (user: string) => readerOf({ user, password: 'a' }).user;
  expect(userOf('nami')).toBe('nami-reader');
  expect(userOf('nami-01234567-89abcdef')).toBe('nami-reader-01234567-89abcdef');
});
