import { parseArgs } from 'node:util';

export interface Options {
  /** Requests a second; undefined: what this machine carries. */
  readonly rate: number | undefined;
  readonly seconds: number;
  /** Of the second run; undefined: what Little's law says. With 0 there is no second run. */
  readonly provisionedConcurrency: number | undefined;
  readonly plot: string | undefined;
}

export const USAGE = `node bench/burst/run.ts [--rate <requests a second>] [--seconds <length of the burst, 30>]
  [--provisioned-concurrency <environments; 0: only the run without>] [--plot <file.svg>]`;

/** Throws an Error with one line for the user. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: 'string' },
      seconds: { type: 'string', default: '30' },
      'provisioned-concurrency': { type: 'string' },
      plot: { type: 'string' },
    },
  });
  const provisioned = values['provisioned-concurrency'];
  return {
    rate: values.rate === undefined ? undefined : within('rate', values.rate, 1, 10_000),
    seconds: within('seconds', values.seconds, 1, 60),
    provisionedConcurrency:
      provisioned === undefined ? undefined : within('provisioned-concurrency', provisioned, 0, 1000),
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
