// npm run faults -- sync [--seeds COUNT | --seed NUMBER]
import { parseArgs } from 'node:util';
import { runSeeds } from '../sync/run-seeds.ts';
import { startTestPostgres } from '../test-postgres.ts';

const usage = 'npm run faults -- sync [--seeds COUNT | --seed NUMBER]';
const reportEvery = 100;

function seedsOf(values: { seeds: string; seed?: string | undefined }): number[] {
  if (values.seed !== undefined) return [Number(values.seed)];
  return Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
}

async function runSync(seeds: readonly number[]): Promise<boolean> {
  const postgres = await startTestPostgres();
  const beganAt = performance.now();
  let done = 0;
  try {
    const failures = await runSeeds(postgres, seeds, (failure) => {
      done += 1;
      if (failure) process.stdout.write(`${failure.replay}\n${failure.error.message}\n\n`);
      if (done % reportEvery === 0) process.stderr.write(`${done} of ${seeds.length}\n`);
    });
    const seconds = ((performance.now() - beganAt) / 1000).toFixed(0);
    process.stdout.write(`${seeds.length} seeds in ${seconds} s, ${failures.length} failed\n`);
    return failures.length === 0;
  } finally {
    await postgres.stop();
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '500' }, seed: { type: 'string' } },
});
const seeds = seedsOf(values);
if (
  positionals.join(' ') !== 'sync' ||
  seeds.length === 0 ||
  seeds.some((seed) => !Number.isSafeInteger(seed))
) {
  process.stderr.write(`Usage: ${usage}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = (await runSync(seeds)) ? 0 : 1;
}
