import { type Document, MongoServerError } from 'mongodb';
import { expect, test, vi } from 'vitest';
import { READER, readerPassword } from '../../../../handlers/contract.ts';
import { keepReader } from '../../../../handlers/post-queue/reader.ts';

const refusal = (code: number) => new MongoServerError({ message: 'no', code });

/** What is asked of a server that answers the first command so. */
async function asked(role: 'read' | 'readWrite' | undefined, first?: Error): Promise<Document[]> {
  const command = vi.fn<(command: Document) => Promise<Document>>().mockResolvedValue({ ok: 1 });
  if (first) command.mockRejectedValueOnce(first);
  await keepReader({ command } as never, 'shop', role, 'the password');
  return command.mock.calls.map(([each]) => each);
}

const USER = { pwd: readerPassword('the password'), roles: [{ role: 'read', db: 'shop' }] };

test('who reads the events gets a user that reads their database alone', async () => {
  expect(await asked('read')).toEqual([{ createUser: READER, ...USER }]);
});

test('a user that is there gets the role and the password that it is to have', async () => {
  expect(await asked('read', refusal(51_003))).toEqual([
    { createUser: READER, ...USER },
    { updateUser: READER, ...USER },
  ]);
});

test('one that nobody asks for any more goes, also when it has gone already', async () => {
  expect(await asked(undefined)).toEqual([{ dropUser: READER }]);
  expect(await asked(undefined, refusal(11))).toEqual([{ dropUser: READER }]);
});

test.each([[undefined], ['read' as const]])('what else the server refuses is told (%s)', async (role) => {
  await expect(asked(role, refusal(13))).rejects.toThrow('no');
});

test('the password of the reader tells nothing of that of the store, and follows from it', () => {
  expect(readerPassword('a')).toBe(readerPassword('a'));
  expect(readerPassword('a')).not.toBe(readerPassword('b'));
  expect(readerPassword('the password')).toMatch(/^[\w-]{43}$/);
});
