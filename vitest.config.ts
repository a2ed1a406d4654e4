import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const report = process.env.NAMI_TEST_REPORT;
/** One local stack waits for a part of its time: three at once fill two cores. */
const maxWorkers = Math.max(3, availableParallelism());

export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // All in one pool, in the order of their names: what waits runs first, and what computes fills the cores to the end.
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 30_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'simulation',
          // What the operators called is held against their IAM policy.
          setupFiles: ['test/simulation/permitted.ts'],
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          testTimeout: 300_000,
          // The first start on a machine builds the control plane.
          hookTimeout: 1_800_000,
          maxWorkers,
        },
      },
    ],
  },
});
