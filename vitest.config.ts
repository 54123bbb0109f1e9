import { defineConfig } from 'vitest/config';

const seconds = 1_000;

/** End-to-end tests have a configuration of their own, in tests/e2e: they need the built program and no store. */
export default defineConfig({
  test: {
    globalSetup: 'tests/global-setup.ts',
    // Most tests wait for sockets and Postgres: two files at a time fit even on two cores. Each has a database, a folder
    // and ports of its own; only Salesforce's callback has one port, which no two files of one project use.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['{electron,renderer,scripts,shared}/**/*.test.{ts,tsx}'],
          testTimeout: 30 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
      {
        test: {
          name: 'contract',
          sequence: { groupOrder: 1 },
          include: ['tests/contract/**/*.test.ts'],
          testTimeout: 30 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
      {
        test: {
          name: 'integration',
          sequence: { groupOrder: 2 },
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/contract/**', 'tests/e2e/**'],
          testTimeout: 120 * seconds,
          hookTimeout: 120 * seconds,
        },
      },
    ],
  },
});
