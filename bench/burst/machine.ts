import { availableParallelism, freemem } from 'node:os';

const BYTES_OF_AN_ENVIRONMENT = 80 * 1024 * 1024;

/** Half of what is free is left to others. */
export const environmentsInMemory = (): number =>
  Math.max(1, Math.floor(freemem() / 2 / BYTES_OF_AN_ENVIRONMENT));

export const cores = (): number => availableParallelism();
