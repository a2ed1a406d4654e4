import { defineConfig } from 'vitest/config';

const report = process.env.NAMI_TEST_REPORT;

export default defineConfig({
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'simulation',
          // What the operators called is held against their IAM policy.
          setupFiles: ['test/simulation/permitted.ts'],
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          testTimeout: 300_000,
          // The first start on a machine builds the control plane.
          hookTimeout: 1_800_000,
          // Two local stacks at a time: each waits most of the time, and two cores carry no more.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
