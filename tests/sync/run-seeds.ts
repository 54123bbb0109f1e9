import { createDatabaseFrom } from '../../electron/core/store/test-database.ts';
import { runSeed } from './run-seed.ts';

export interface SeedFailure {
  seed: number;
  /** The command that plays it again. */
  replay: string;
  error: Error;
}

/** One of so many worlds has its desks in processes of their own, which are killed. */
const killedOf = 50;
/** Worlds at a time: each waits for its store and its disks most of the time. */
const width = 4;

async function tryOne(databaseUrl: string, seed: number): Promise<SeedFailure | null> {
  try {
    await runSeed({ seed, databaseUrl, areProcesses: seed % killedOf === 0 });
    return null;
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { seed, replay: `npm run faults -- sync --seed ${seed}`, error };
  }
}

/** Plays histories side by side, several at a time. Gives those that broke a promise. */
export async function runSeeds(
  postgres: { url: string; template: string },
  seeds: readonly number[],
  onDone: (failure: SeedFailure | null) => void = () => {},
): Promise<SeedFailure[]> {
  const left = [...seeds];
  const failures: SeedFailure[] = [];
  async function work(): Promise<void> {
    const database = await createDatabaseFrom(postgres);
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const failure = await tryOne(database.url, seed);
      if (failure) failures.push(failure);
      onDone(failure);
    }
    await database.drop();
  }
  await Promise.all(Array.from({ length: width }, work));
  return failures;
}
