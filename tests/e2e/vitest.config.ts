import { defineConfig } from 'vitest/config';

const seconds = 1_000;

/** Both surfaces run the same flows on the built program; each has tests of its own beside. */
const surface = (name: 'browser' | 'desktop', more: string[] = []) => ({
  test: {
    name,
    root: import.meta.dirname,
    include: ['flows.test.ts', `${name}.test.ts`, ...more],
    env: { SWITCHYARD_SURFACE: name },
    testTimeout: 60 * seconds,
    hookTimeout: 120 * seconds,
    fileParallelism: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      surface('browser', ['offline.test.ts', 'connectors.test.ts', 'sandbox-teams.test.ts']),
      surface('desktop'),
    ],
  },
});
