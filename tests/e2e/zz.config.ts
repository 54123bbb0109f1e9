import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { root: '/work/main/tests/e2e', include: ['zz-look.test.ts'], testTimeout: 150000 } });
