import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          // One local stack for all files: they share the machine's two cores and one API server.
          fileParallelism: false,
        },
      },
    ],
  },
});
