import { buildIfStale } from './build-if-stale.ts';

const began = performance.now();
const outcome = await buildIfStale();
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(
  outcome === 'built' ? `Built into out/ in ${seconds} s\n` : 'out/ is up to date with the sources\n',
);
