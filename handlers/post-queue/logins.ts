import { type Db, MongoServerError } from 'mongodb';
import { type Login, readerNameOf } from '../contract.ts';

/** Code of MongoDB's own errors. (MongoDB: error_codes.yml) */
const USER_ALREADY_EXISTS = 51_003;
/** Users that are made for a pipeline, and no one's beside it. */
const OURS = /^nami(-reader)?(-[0-9a-f]{8}-[0-9a-f]{8})?$/;

type Admin = Pick<Db, 'command'>;

/**
 * Makes a user who may do everything, as the first one does. The name is new each time, so that one who is there already was
 * made by an earlier try of the same.
 */
export async function addLogin(admin: Admin, { user, password }: Login): Promise<void> {
  try {
    await admin.command({
      createUser: user,
      pwd: password,
      roles: ['root'],
      writeConcern: { w: 'majority' },
    });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === USER_ALREADY_EXISTS)) throw error;
  }
}

/** The users of logins that `user` came after, and of their readers. (MongoDB: usersInfo.) */
export async function formerUsers(admin: Admin, user: string): Promise<string[]> {
  const { users } = (await admin.command({ usersInfo: 1 })) as { users: readonly { user: string }[] };
  const present = [user, readerNameOf(user)];
  return users.map((each) => each.user).filter((name) => OURS.test(name) && !present.includes(name));
}

/** Lets none of them in any more; connections that they have are closed to them at once. (MongoDB: dropUser.) */
export async function dropFormerUsers(admin: Admin, user: string): Promise<void> {
  for (const dropUser of await formerUsers(admin, user))
    await admin.command({ dropUser, writeConcern: { w: 'majority' } });
}
