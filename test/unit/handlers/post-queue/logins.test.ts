import { type Document, MongoServerError } from 'mongodb';
import { describe, expect, test, vi } from 'vitest';
import { formerUsersOf, readerNameOf } from '../../../../handlers/contract.ts';
import { addLogin, dropFormerUsers, formerUsers } from '../../../../handlers/post-queue/logins.ts';

const refusal = (code: number) => new MongoServerError({ message: 'no', code });
const laterUser = (made: string, random = '00000000') => `nami-01234567-${made}${random}`;

const FIRST = 'nami';
const SECOND = laterUser('68000000');
const THIRD = laterUser('68000001');

/** A server with these users, whose other commands come to this. */
function serverWith(users: readonly string[], answer: () => Promise<Document> = async () => ({ ok: 1 })) {
  const command = vi.fn<(command: Document) => Promise<Document>>((request) =>
    'usersInfo' in request ? Promise.resolve({ users: users.map((user) => ({ user })) }) : answer(),
  );
  const changes = () => command.mock.calls.map(([each]) => each).filter((each) => !('usersInfo' in each));
  return { admin: { command } as never, changes };
}

describe('a login that is added', () => {
  const LOGIN = { user: SECOND, password: 'hunter2' };

  test('may do what the first may', async () => {
    const { admin, changes } = serverWith([]);
    await addLogin(admin, LOGIN);
    expect(changes()).toEqual([
      { createUser: SECOND, pwd: 'hunter2', roles: ['root'], writeConcern: { w: 'majority' } },
    ]);
  });

  test('and is there already keeps the password that it has', async () => {
    const { admin, changes } = serverWith([], () => Promise.reject(refusal(51_003)));
    await addLogin(admin, LOGIN);
    expect(changes()).toHaveLength(1);
  });

  test('and is refused is told', async () => {
    const { admin } = serverWith([], () => Promise.reject(refusal(13)));
    await expect(addLogin(admin, LOGIN)).rejects.toThrow('no');
  });
});

describe('users from before a rotation', () => {
  const ALL = [FIRST, SECOND, THIRD].flatMap((user) => [user, readerNameOf(user)]);

  test.each([
    [FIRST, []],
    [SECOND, [FIRST, 'nami-reader']],
    [THIRD, [FIRST, 'nami-reader', SECOND, readerNameOf(SECOND)]],
  ])('are, for %s, those who were there before it', async (present, former) => {
    expect(formerUsersOf(ALL, present)).toEqual(former);
    expect(await formerUsers(serverWith(ALL).admin, present)).toEqual(former);
  });

  test('are never one that was made after, which may be about to take over', () => {
    expect(formerUsersOf([THIRD], SECOND)).toEqual([]);
    expect(formerUsersOf([laterUser('68000000', 'ffffffff')], SECOND)).toEqual([]);
  });

  test.each([
    'admin',
    'nami2',
    'nami-',
    'nami-reader-x',
    'nami-app',
    `x${SECOND}`,
    `${SECOND}0`,
    'namireader',
  ])('are never one whom somebody else has made: %s', (user) =>
    expect(formerUsersOf([user], THIRD)).toEqual([]),
  );

  test('go, also where one has gone meanwhile', async () => {
    const answer = vi.fn(async (): Promise<Document> => ({ ok: 1 })).mockRejectedValueOnce(refusal(11));
    const { admin, changes } = serverWith([...ALL, 'somebody'], answer);
    await dropFormerUsers(admin, SECOND);
    expect(changes()).toEqual(
      [FIRST, 'nami-reader'].map((dropUser) => ({ dropUser, writeConcern: { w: 'majority' } })),
    );
  });
});
