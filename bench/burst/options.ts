import { parseArgs } from 'node:util';

export interface Options {
  /** Requests a second; undefined: what this machine carries. */
  readonly rate: number | undefined;
  readonly seconds: number;
  /** Environments that are warm before the burst of a second run; undefined: there is no second run. */
  readonly prewarmed: number | undefined;
  readonly plot: string | undefined;
}

export const USAGE = `node bench/burst/run.ts [--rate <requests a second>] [--seconds <length of the burst, 30>]
  [--prewarmed <environments>] [--plot <file.svg>]`;

/** Throws an Error with one line for the user. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: 'string' },
      seconds: { type: 'string', default: '30' },
      prewarmed: { type: 'string' },
      plot: { type: 'string' },
    },
  });
  return {
    rate: values.rate === undefined ? undefined : within('rate', values.rate, 1, 10_000),
    seconds: within('seconds', values.seconds, 1, 60),
    prewarmed: values.prewarmed === undefined ? undefined : within('prewarmed', values.prewarmed, 1, 1000),
    plot: values.plot,
  };
}

function within(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`--${name} is a whole number from ${least} to ${most}, not "${text}"`);
  }
  return value;
}
