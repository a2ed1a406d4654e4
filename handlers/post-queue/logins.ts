import type { Db } from 'mongodb';
import { formerUsersOf, type Login } from '../contract.ts';
import { dropUser, makeUser, usersOf } from './users.ts';

type Admin = Pick<Db, 'command'>;

/**
 * Makes a user who may do everything, as the first one does. The name is new each time, so that one who is there already was
 * made by an earlier try of the same.
 */
export async function addLogin(admin: Admin, { user, password }: Login): Promise<void> {
  await makeUser(admin, {
    createUser: user,
    pwd: password,
    roles: ['root'],
    writeConcern: { w: 'majority' },
  });
}

/** The users of logins that `user` came after, and of their readers. */
export const formerUsers = async (admin: Admin, user: string): Promise<string[]> =>
  formerUsersOf(await usersOf(admin), user);

/** Lets none of them in any more; connections that they have are closed to them at once. (MongoDB: dropUser.) */
export async function dropFormerUsers(admin: Admin, user: string): Promise<void> {
  for (const former of await formerUsers(admin, user)) await dropUser(admin, former);
}
