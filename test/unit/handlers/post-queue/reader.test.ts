import { type Document, MongoServerError } from 'mongodb';
import { expect, test, vi } from 'vitest';
import { readerOf } from '../../../../handlers/contract.ts';
import { keepReader } from '../../../../handlers/post-queue/reader.ts';

const LOGIN = { user: 'nami-reader', password: 'the password' };
const refusal = (code: number) => new MongoServerError({ message: 'no', code });

/** What is asked of a server with these users, which answers the first command so. */
async function asked(
  role: 'read' | 'readWrite' | undefined,
  { first, users = [] }: { first?: Error; users?: readonly string[] } = {},
): Promise<Document[]> {
  const command = vi.fn<(command: Document) => Promise<Document>>(async (request) =>
    'usersInfo' in request ? { users: users.map((user) => ({ user })) } : { ok: 1 },
  );
  if (first) command.mockRejectedValueOnce(first);
  await keepReader({ command } as never, 'shop', role, LOGIN);
  return command.mock.calls.map(([each]) => each).filter((each) => !('usersInfo' in each));
}

const ROLES = [{ role: 'read', db: 'shop' }];
const USER = { pwd: LOGIN.password, roles: ROLES };
const LATER = 'nami-reader-01234567-89abcdef89abcdef';
/** None of them is a reader of ours. */
const OTHERS = ['nami', 'nami-01234567-89abcdef89abcdef', 'nami-readers', 'nami-reader-x', 'somebody'];
const majority = { writeConcern: { w: 'majority' } };

test('who reads the events gets a user that reads their database alone', async () => {
  expect(await asked('read', { users: OTHERS })).toEqual([{ createUser: 'nami-reader', ...USER }]);
});

test('a user that is there gets the role and the password that it is to have', async () => {
  expect(await asked('read', { first: refusal(51_003), users: ['nami-reader'] })).toEqual([
    { createUser: 'nami-reader', ...USER },
    { updateUser: 'nami-reader', ...USER },
  ]);
});

test('one from before a rotation may do the same, with the password that it has', async () => {
  expect(await asked('read', { users: [...OTHERS, 'nami-reader', LATER] })).toEqual([
    { createUser: 'nami-reader', ...USER },
    { updateUser: LATER, roles: ROLES },
  ]);
});

test('where nobody asks for one any more all go, also when one has gone already', async () => {
  expect(await asked(undefined, { users: OTHERS })).toEqual([]);
  expect(await asked(undefined, { users: ['nami-reader', ...OTHERS, LATER] })).toEqual([
    { dropUser: 'nami-reader', ...majority },
    { dropUser: LATER, ...majority },
  ]);
});

test.each([[undefined], ['read' as const]])('what else the server refuses is told (%s)', async (role) => {
  await expect(asked(role, { first: refusal(13) })).rejects.toThrow('no');
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
  expect(userOf('nami-01234567-89abcdef89abcdef')).toBe('nami-reader-01234567-89abcdef89abcdef');
});
