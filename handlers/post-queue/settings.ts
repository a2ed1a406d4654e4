import { POST_QUEUE_ENV, READER_ROLES, type ReaderRole, type SettingsProblem } from '../contract.ts';

export interface PostQueueSettings {
  readonly storeUri: string;
  readonly database: string;
  readonly collection: string;
  readonly ttlDays: number | undefined;
  readonly managed: boolean;
  /** What people's own user of the database may do; undefined: there is to be none. */
  readonly readerRole: ReaderRole | undefined;
  /** Name of the file with the certificates (PEM) by which the store is known, where they are not the public ones. */
  readonly storeCa: string | undefined;
  /** Of a managed store: the certificate (base64 of DER) of its own authority. */
  readonly storeAuthority: string | undefined;
}

export type PostQueueConfiguration =
  | { readonly kind: 'ready'; readonly settings: PostQueueSettings }
  | { readonly kind: 'broken'; readonly problems: readonly SettingsProblem[] };

/** Reads the function's environment ({@link POST_QUEUE_ENV}). Never throws: problems are for the probe to report. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): PostQueueConfiguration {
  const required = [POST_QUEUE_ENV.storeUri, POST_QUEUE_ENV.database, POST_QUEUE_ENV.collection] as const;
  const problems = required
    .filter((name) => !environment[name])
    .map((name): SettingsProblem => ({ message: `${name} is missing` }));

  const ttlText = environment[POST_QUEUE_ENV.ttlDays];
  const ttlDays = ttlText === undefined ? undefined : Number(ttlText);
  if (ttlDays !== undefined && !(ttlDays > 0 && Number.isFinite(ttlDays))) {
    problems.push({ message: `${POST_QUEUE_ENV.ttlDays} is not a number of days above 0` });
  }
  if (problems.length > 0) return { kind: 'broken', problems };

  const [storeUri = '', database = '', collection = ''] = required.map((name) => environment[name]);
  const managed = environment[POST_QUEUE_ENV.managed] === 'true';
  const storeCa = environment[POST_QUEUE_ENV.storeCa];
  const storeAuthority = environment[POST_QUEUE_ENV.storeAuthority];
  const readerRole = READER_ROLES.find((role) => role === environment[POST_QUEUE_ENV.readerRole]);
  return {
    kind: 'ready',
    settings: { storeUri, database, collection, ttlDays, managed, readerRole, storeCa, storeAuthority },
  };
}
