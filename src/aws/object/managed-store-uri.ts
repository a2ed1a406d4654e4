import type { Login } from '../../../handlers/contract.ts';

/** How a managed store is spoken to. `Text` is a string, or what becomes one once AWS has told it. */
export interface ManagedStore<Text> {
  readonly user: Text;
  readonly password: Text;
  readonly host: Text;
  readonly port: number;
  /** Of events; without one the URI names none. */
  readonly database?: string;
  /** "true" or "false". */
  readonly tls: Text;
}

/** The parts of its connection string, in order. Its users are the database's own, kept in `admin`. (MongoDB: connection strings.) */
export function uriParts<Text>(store: ManagedStore<Text>): (Text | string)[] {
  const { user, password, host, port, database = '', tls } = store;
  const options = 'authSource=admin&directConnection=true&tls=';
  return ['mongodb://', user, ':', password, '@', host, `:${port}/${database}?${options}`, tls];
}

/** Who speaks to which host. */
export interface StoreAccess extends Login {
  readonly address: string;
  readonly tls: boolean;
}

/** The same as such a string says it; nothing where it is another's. */
export function readUri(uri: string): StoreAccess | undefined {
  const [, user, password, address = ''] = /^mongodb:\/\/([^:@]+):([^@]+)@([^:/]+)/.exec(uri) ?? [];
  if (user === undefined || password === undefined) return undefined;
  return { user, password, address, tls: /[?&]tls=true\b/.test(uri) };
}
