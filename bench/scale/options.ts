import { parseArgs } from 'node:util';

export interface Options {
  /** How many pipelines, ascending. */
  readonly sizes: readonly number[];
  /** How many pipelines the process whose memory is measured has; 0: it isn't. */
  readonly memory: number;
  readonly plot: string | undefined;
}

const SIZES = '1,10,100,500,1000';
const MOST = 2000;

export const USAGE = `node bench/scale/run.ts [--sizes <pipelines, such as ${SIZES}>]
  [--memory <pipelines of the process that is measured, 500; 0: none>] [--plot <file.svg>]`;

/** Throws an Error with one line for the user. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: SIZES },
      memory: { type: 'string', default: '500' },
      plot: { type: 'string' },
    },
  });
  const sizes = values.sizes.split(',').map((size) => within('sizes', size, 1));
  return {
    sizes: [...new Set(sizes)].sort((a, b) => a - b),
    memory: within('memory', values.memory, 0),
    plot: values.plot,
  };
}

function within(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > MOST)
    throw new Error(`--${name} takes whole numbers from ${least} to ${MOST}, not "${text}"`);
  return value;
}
