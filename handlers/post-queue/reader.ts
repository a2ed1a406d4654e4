import { type Db, MongoServerError } from 'mongodb';
import type { Login, ReaderRole } from '../contract.ts';

/** Codes of MongoDB's own errors. (MongoDB: error_codes.yml) */
const USER_NOT_FOUND = 11;
const USER_ALREADY_EXISTS = 51_003;

/**
 * Sees to it that a reader is there with exactly this role, or that there is none where no role is wanted. The user stands in the
 * database of all users, as the store's own does.
 */
export async function keepReader(
  admin: Pick<Db, 'command'>,
  database: string,
  role: ReaderRole | undefined,
  { user, password }: Login,
): Promise<void> {
  if (role === undefined) return await dropReader(admin, user);
  const granted = { pwd: password, roles: [{ role, db: database }] };
  try {
    await admin.command({ createUser: user, ...granted });
  } catch (error) {
    if (!hasCode(error, USER_ALREADY_EXISTS)) throw error;
    await admin.command({ updateUser: user, ...granted });
  }
}

async function dropReader(admin: Pick<Db, 'command'>, user: string): Promise<void> {
  try {
    await admin.command({ dropUser: user });
  } catch (error) {
    if (!hasCode(error, USER_NOT_FOUND)) throw error;
  }
}

const hasCode = (error: unknown, code: number) => error instanceof MongoServerError && error.code === code;
