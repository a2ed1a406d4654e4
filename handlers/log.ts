import { withoutCredentials } from './contract.ts';

export type LogLine = Readonly<Record<string, unknown>>;
export type Log = (line: LogLine) => void;

/**
 * One JSON object a line, straight to stdout: `console.log` in Lambda puts a prefix before it, and then CloudWatch
 * finds no embedded metric in it.
 */
export const logToStdout: Log = (line) => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/** An error in one short line, without the user and password that a connection string in it may carry. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return withoutCredentials(text).replace(/\s+/g, ' ').slice(0, 300);
}

/** What a log line says of an error, and of what caused it. */
export function errorFields(error: unknown): LogLine {
  const cause = error instanceof Error ? error.cause : undefined;
  return { error: errorText(error), ...(cause !== undefined && { cause: errorText(cause) }) };
}
