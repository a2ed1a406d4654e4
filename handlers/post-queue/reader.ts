import type { Db } from 'mongodb';
import { isReader, type Login, type ReaderRole } from '../contract.ts';
import { dropUser, makeUser, usersOf } from './users.ts';

type Admin = Pick<Db, 'command'>;

/**
 * Sees to it that a reader is there with exactly this role, or that there is none where no role is wanted. The user stands in the
 * database of all users, as the store's own does. Readers from before a rotation, while they are good, may do the same.
 */
export async function keepReader(
  admin: Admin,
  database: string,
  role: ReaderRole | undefined,
  { user, password }: Login,
): Promise<void> {
  if (role === undefined) return await dropReaders(admin);
  const roles = [{ role, db: database }];
  const isNew = await makeUser(admin, { createUser: user, pwd: password, roles });
  if (!isNew) await admin.command({ updateUser: user, pwd: password, roles });
  for (const other of await readersOf(admin))
    if (other !== user) await admin.command({ updateUser: other, roles });
}

async function dropReaders(admin: Admin): Promise<void> {
  for (const reader of await readersOf(admin)) await dropUser(admin, reader);
}

const readersOf = async (admin: Admin) => (await usersOf(admin)).filter(isReader);
