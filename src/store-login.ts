import { createHash } from 'node:crypto';
import { FIRST_USER, type Login, requestOfUser } from '../handlers/contract.ts';
import type { Clock } from './clock.ts';

/**
 * The secret of a managed store, as SSM keeps it: the password alone of a database's first user, and "user:password" of one who
 * came after. Such a user's name says for which request it was made, and when, so that nothing beside the secret has to be
 * remembered.
 */

const NAMED = /^(?<user>nami-[0-9a-f-]+):(?<password>.+)$/s;
/** Of a user. */
const RANDOM_BYTES = 4;
const PASSWORD_BYTES = 32;
const NO_REQUEST = '00000000';

type Chance = Pick<Clock, 'now' | 'randomBytes'>;

export function loginOf(secret: string): Login {
  const { user, password } = NAMED.exec(secret)?.groups ?? {};
  return user !== undefined && password !== undefined && requestOfUser(user) !== undefined
    ? { user, password }
    : { user: FIRST_USER, password: secret };
}

export const secretOf = ({ user, password }: Login): string =>
  user === FIRST_USER ? password : `${user}:${password}`;

/** A password that nobody knows, of 43 characters that need no escaping anywhere. */
export const newPassword = (randomBytes: (count: number) => Uint8Array): string =>
  Buffer.from(randomBytes(PASSWORD_BYTES)).toString('base64url');

/** A login that nobody has had, made for this request; undefined: nobody asked for it. */
export function newLogin(request: string | undefined, { now, randomBytes }: Chance): Login {
  const made = hex(Math.floor(now() / 1000));
  const random = Buffer.from(randomBytes(RANDOM_BYTES)).toString('hex');
  const user = `${FIRST_USER}-${request === undefined ? NO_REQUEST : shortOf(request)}-${made}${random}`;
  return { user, password: newPassword(randomBytes) };
}

const hex = (seconds: number) => seconds.toString(16).padStart(8, '0');

/** Whether a user was made for this request. */
export const isMadeFor = (user: string, request: string): boolean => requestOfUser(user) === shortOf(request);

const shortOf = (request: string) => createHash('sha256').update(request).digest('hex').slice(0, 8);
