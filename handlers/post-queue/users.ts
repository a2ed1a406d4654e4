import { type Db, type Document, MongoServerError } from 'mongodb';

/** The users of a server, who all stand in its database `admin`. */

type Admin = Pick<Db, 'command'>;

/** Codes of MongoDB's own errors. (MongoDB: error_codes.yml) */
const USER_NOT_FOUND = 11;
const USER_ALREADY_EXISTS = 51_003;

/** Their names. (MongoDB: usersInfo.) */
export async function usersOf(admin: Admin): Promise<string[]> {
  const { users } = (await admin.command({ usersInfo: 1 })) as { users: readonly { user: string }[] };
  return users.map(({ user }) => user);
}

/** Makes one; false: there is one of this name already, who stays as is. (MongoDB: createUser.) */
export async function makeUser(
  admin: Admin,
  user: { readonly createUser: string } & Document,
): Promise<boolean> {
  try {
    await admin.command(user);
    return true;
  } catch (error) {
    if (!hasCode(error, USER_ALREADY_EXISTS)) throw error;
    return false;
  }
}

/** One who has gone already is no fault. */
export async function dropUser(admin: Admin, user: string): Promise<void> {
  try {
    await admin.command({ dropUser: user, writeConcern: { w: 'majority' } });
  } catch (error) {
    if (!hasCode(error, USER_NOT_FOUND)) throw error;
  }
}

const hasCode = (error: unknown, code: number) => error instanceof MongoServerError && error.code === code;
