import type { Mutation } from './mutation.ts';

/** The faults that the simulation must tell from the operator. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'finalizer-dropped-early',
    words: 'the finalizer goes while objects are still being removed',
    changes: [],
    caughtBy: { scenarios: ['crash/after/100'] },
  },
];
