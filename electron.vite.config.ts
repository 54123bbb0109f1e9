import { cpSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

const root = import.meta.dirname;
const from = (...parts: string[]) => path.join(root, ...parts);

/** The store reads its migrations beside its own code, built or not. */
const copyMigrations: Plugin = {
  name: 'switchyard:copy-migrations',
  closeBundle() {
    cpSync(from('electron/core/store/migrations'), from('out/main/migrations'), { recursive: true });
  },
};

export default defineConfig({
  main: {
    plugins: [copyMigrations],
    build: {
      // Older than the Node that the project runs on, so that the oldest Electron it is tested in runs it too.
      target: 'node20.18',
      outDir: 'out/main',
      // A package of JSON: left outside, its import would lose the attribute that Node wants.
      externalizeDeps: { exclude: ['email-providers'] },
      sourcemap: true,
      rolldownOptions: {
        input: {
          shell: from('electron/shell/main.ts'),
          cli: from('electron/core/cli.ts'),
          'cache-worker': from('electron/core/cache/worker.ts'),
        },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          // Flat: a file that is found beside `import.meta.url` must not depend on which chunk asks.
          chunkFileNames: '[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: from('electron/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    base: './',
    plugins: [react()],
    build: {
      target: 'chrome130',
      outDir: from('out/renderer'),
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: { input: { index: from('renderer/index.html') } },
    },
  },
});
