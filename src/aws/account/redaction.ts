import { loginOf } from '../../store-login.ts';

/**
 * AWS quotes in an error what it was sent ("Value '…' at '…' failed to satisfy constraint"): what comes of it stands in
 * status, Events and the log, so that no secret may be in it.
 */

type Input = Readonly<Record<string, unknown>>;

/** Where a call's input holds secrets. */
const SECRETS: Readonly<Record<string, (input: Input) => readonly unknown[]>> = {
  CreateFunction: variables,
  UpdateFunctionConfiguration: variables,
  PutParameter: ({ Value }) => [Value],
  Invoke: ({ Payload }) =>
    [
      ...Buffer.from((Payload ?? []) as Uint8Array)
        .toString()
        .matchAll(/"password":"([^"]+)"/g),
    ].map(([, each]) => each),
};

function variables({ Environment }: Input): readonly unknown[] {
  const { Variables = {} } = (Environment ?? {}) as { Variables?: Input };
  return Object.values(Variables);
}

/** What is shorter is no secret, but might be a word of AWS's. */
const SHORTEST = 6;
const REMOVED = '(removed)';

/** A secret is also told by its parts: the items of a list, the password of a connection string, or behind a store's user. */
function partsOf(value: string): string[] {
  const items = /^\[.*\]$/s.test(value) ? [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)] : [];
  const [, password = loginOf(value).password] = /:\/\/[^:/@]*:([^@]+)@/.exec(value) ?? [];
  return [value, ...items.map(([, item = '']) => item), password];
}

/** The error that a call came to, without the secrets that the call carried. */
export function withoutSecrets(error: unknown, command: string, input: Input): unknown {
  const values = SECRETS[command]?.(input) ?? [];
  if (!(error instanceof Error) || values.length === 0) return error;
  const secrets = values
    .flatMap((value) => partsOf(String(value)))
    .filter(({ length }) => length >= SHORTEST)
    // The whole before its parts.
    .sort((a, b) => b.length - a.length);
  const clean = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, REMOVED), text);
  error.message = clean(error.message);
  if (error.stack !== undefined) error.stack = clean(error.stack);
  return error;
}
