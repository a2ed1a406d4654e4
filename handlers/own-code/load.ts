import { OWN_CODE_ENV, OWN_CODE_FILE, type SettingsProblem } from '../contract.ts';
import { inTime } from '../deadline.ts';
import { errorText } from '../log.ts';

/** The module that a user put beside a function's runtime, as it was found at the start. */
export type OwnCode<Exports> =
  | { readonly kind: 'ready'; readonly exports: Partial<Exports> }
  | { readonly kind: 'broken'; readonly problems: readonly SettingsProblem[] };

/** Of a function without own code. */
export const noOwnCode = async () => ({ kind: 'ready', exports: {} }) as const;

type Callable = (...args: never[]) => unknown;

/** Less than Lambda gives a function to start, so that the probe can say what is wrong. (Lambda: runtime lifecycle, Init.) */
const LOADING_MILLISECONDS = 8000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Gives own code, which is loaded for the first who asks; with `retry` again, if that failed. */
export type FindOwnCode<Exports> = (options?: { readonly retry: boolean }) => Promise<OwnCode<Exports>>;

/**
 * Finds the module that the environment names, beside `runtimeUrl`, and keeps it. One that could not be loaded is worth
 * another try to a delivery: what it needs at its start may have been away for a moment.
 */
export function ownCodeFinder<Exports extends { [Name in keyof Exports]: Callable }>(
  environment: Environment,
  runtimeUrl: string,
  names: readonly (keyof Exports & string)[],
): FindOwnCode<Exports> {
  const file = environment[OWN_CODE_ENV];
  if (!file) return noOwnCode;
  let found: OwnCode<Exports> | undefined;
  let tries = 0;
  return async ({ retry } = { retry: false }) => {
    if (found && (found.kind === 'ready' || !retry)) return found;
    tries += 1;
    // Node keeps a failure, too, by the URL.
    found = await load<Exports>(new URL(tries === 1 ? file : `${file}?${tries}`, runtimeUrl), names);
    return found;
  };
}

/** Never throws: a module that doesn't load, or exports anything but functions among `names`, is a problem to report. */
async function load<Exports extends { [Name in keyof Exports]: Callable }>(
  url: URL,
  names: readonly (keyof Exports & string)[],
): Promise<OwnCode<Exports>> {
  let found: Readonly<Record<string, unknown>>;
  try {
    found = await inTime(LOADING_MILLISECONDS, () => import(url.href));
  } catch (error) {
    // Node keeps the place of a syntax error in a module to itself.
    const place = error instanceof SyntaxError ? ' (node --check tells where)' : placeOf(error);
    return broken(`it does not load: ${errorText(error)}${place}`);
  }
  const exported = Object.keys(found);
  // A misspelt authorize, taken for something else, would let everyone in.
  const unknown = exported.filter((name) => !names.some((known) => known === name));
  if (unknown.length > 0 || exported.length === 0) {
    const what = unknown.join(', ') || 'nothing';
    return broken(`it exports ${what}: it may export ${names.join(' and ')}, and nothing else`);
  }
  const wrong = exported.find((name) => typeof found[name] !== 'function');
  if (wrong !== undefined) return broken(`its export ${wrong} is no function`);
  return { kind: 'ready', exports: { ...found } as Partial<Exports> };
}

/** A user's own code threw, took too long or answered what can't be used. */
export class OwnCodeError extends Error {
  override readonly name = 'OwnCodeError';

  constructor(message: string, options?: ErrorOptions) {
    super(`${message}${placeOf(options?.cause)}`, options);
  }
}

/** Where in the module, by the innermost frame of the stack that is there. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const line = new RegExp(`/${OWN_CODE_FILE}[^:/]*:(\\d+)`).exec(stack)?.[1];
  return line === undefined ? '' : ` (line ${line})`;
}

function broken(message: string): OwnCode<never> {
  return { kind: 'broken', problems: [{ code: true, message }] };
}
