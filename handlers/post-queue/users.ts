import { type Db, MongoServerError } from 'mongodb';

/** The users of a server, who all stand in its database `admin`. */

type Admin = Pick<Db, 'command'>;

/** Code of MongoDB's own errors. (MongoDB: error_codes.yml) */
const USER_NOT_FOUND = 11;

/** Their names. (MongoDB: usersInfo.) */
export async function usersOf(admin: Admin): Promise<string[]> {
  const { users } = (await admin.command({ usersInfo: 1 })) as { users: readonly { user: string }[] };
  return users.map(({ user }) => user);
}

/** One who has gone already is no fault. */
export async function dropUser(admin: Admin, user: string): Promise<void> {
  try {
    await admin.command({ dropUser: user, writeConcern: { w: 'majority' } });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === USER_NOT_FOUND)) throw error;
  }
}
