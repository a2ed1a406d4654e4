import { type Logger, type LoggerOptions, pino } from 'pino';

/** JSON lines; on a terminal readable ones, where pino-pretty is installed. */
export async function openLog(level: string): Promise<Logger> {
  const options: LoggerOptions = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const pretty = process.stdout.isTTY ? await import('pino-pretty').catch(() => undefined) : undefined;
  return pretty ? pino(options, pretty.PinoPretty({ colorize: true })) : pino(options);
}
