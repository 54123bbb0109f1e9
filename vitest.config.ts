import { defineConfig } from 'vitest/config';

const seconds = 1_000;

/** End-to-end tests have a configuration of their own, in tests/e2e: they need the built program and no store. */
export default defineConfig({
  test: {
    globalSetup: 'tests/global-setup.ts',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{electron,renderer,scripts,shared}/**/*.test.{ts,tsx}'],
          testTimeout: 30 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['tests/contract/**/*.test.ts'],
          testTimeout: 30 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/contract/**', 'tests/e2e/**'],
          testTimeout: 120 * seconds,
          hookTimeout: 120 * seconds,
        },
      },
    ],
  },
});
