import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{shared,electron,renderer,tests}/**/*.test.ts'],
    globalSetup: 'tests/global-setup.ts',
  },
});
