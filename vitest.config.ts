import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks' as const, globals: false, environment: 'node' as const };

export default defineConfig({
  test: {
    reporters: [['default', { summary: false }], './tests/support/reporter.ts'],
    projects: [
      { test: { ...shared, name: 'unit', include: ['tests/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          ...shared,
          name: 'replay',
          include: ['tests/replay/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000, // the bundle of the workflows is made
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/support/stack-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
