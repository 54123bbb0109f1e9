// npm run faults -- sync [--seeds COUNT | --seed NUMBER] | vendors [--write] | intake [--messages COUNT]
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createDatabaseFrom } from '../../electron/core/store/test-database.ts';
import { replayDay } from '../intake/day-of-intake.ts';
import { runSeeds } from '../sync/run-seeds.ts';
import { startTestPostgres, type TestPostgres } from '../test-postgres.ts';
import { faultLines, faultPage } from './fault-page.ts';
import { fillVendorTable } from './vendor-table.ts';

const usage = `npm run faults -- sync [--seeds COUNT | --seed NUMBER]
       npm run faults -- vendors [--write]
       npm run faults -- intake [--messages COUNT]`;
const reportEvery = 100;
const page = path.join(import.meta.dirname, '../../docs/faults.md');

interface Settings {
  seeds: string;
  seed?: string | undefined;
  write: boolean;
  messages: string;
}

function seedsOf({ seeds, seed }: Settings): number[] {
  if (seed !== undefined) return [Number(seed)];
  return Array.from({ length: Number(seeds) }, (_, index) => index + 1);
}

async function runSync(postgres: TestPostgres, settings: Settings): Promise<boolean> {
  const seeds = seedsOf(settings);
  const beganAt = performance.now();
  let done = 0;
  const failures = await runSeeds(postgres, seeds, (failure) => {
    done += 1;
    if (failure) process.stdout.write(`${failure.replay}\n${failure.error.message}\n\n`);
    if (done % reportEvery === 0) process.stderr.write(`${done} of ${seeds.length}\n`);
  });
  const seconds = ((performance.now() - beganAt) / 1000).toFixed(0);
  process.stdout.write(`${seeds.length} seeds in ${seconds} s, ${failures.length} failed\n`);
  return failures.length === 0;
}

/** The table on the terminal, or written to the page for operators. The test holds what it says. */
async function runVendors(postgres: TestPostgres, { write }: Settings): Promise<boolean> {
  const table = await fillVendorTable(() => createDatabaseFrom(postgres));
  if (write) await writeFile(page, faultPage(table));
  else process.stdout.write(`${faultLines(table).join('\n')}\n`);
  return true;
}

async function runIntake(postgres: TestPostgres, settings: Settings): Promise<boolean> {
  const messages = Number(settings.messages);
  const { threads, wrong, isAcknowledged, seconds } = await replayDay({
    messages,
    database: await createDatabaseFrom(postgres),
  });
  for (const line of wrong) process.stdout.write(`${line}\n`);
  if (!isAcknowledged) process.stdout.write('Not everything was acknowledged.\n');
  const rate = (messages / seconds).toFixed(0);
  process.stdout.write(
    `${messages} messages in ${threads} threads, ${seconds.toFixed(0)} s (${rate} a second, two restarts included), ${wrong.length} threads wrong\n`,
  );
  return wrong.length === 0 && isAcknowledged;
}

const runs: Readonly<Record<string, (postgres: TestPostgres, settings: Settings) => Promise<boolean>>> = {
  sync: runSync,
  vendors: runVendors,
  intake: runIntake,
};

const isCount = (text: string): boolean => Number.isSafeInteger(Number(text)) && Number(text) > 0;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '500' },
    seed: { type: 'string' },
    write: { type: 'boolean', default: false },
    messages: { type: 'string', default: '10000' },
  },
});
const [name = ''] = positionals;
const run = Object.hasOwn(runs, name) && positionals.length === 1 ? runs[name] : undefined;
if (run === undefined || ![values.seeds, values.seed ?? '1', values.messages].every(isCount)) {
  process.stderr.write(`Usage: ${usage}\n`);
  process.exitCode = 2;
} else {
  const postgres = await startTestPostgres();
  try {
    process.exitCode = (await run(postgres, values)) ? 0 : 1;
  } finally {
    await postgres.stop();
  }
}
