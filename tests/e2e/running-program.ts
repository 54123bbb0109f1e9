import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const startsWithinMs = 30_000;

export interface RunningProgram {
  /** The console's link, with its token. */
  url: string;
  stop(): Promise<void>;
}

/** A data folder of its own, for one run. */
export async function makeDataDir(): Promise<{ dataDir: string; remove(): Promise<void> }> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'switchyard-e2e-'));
  // As root, the store runs as another user, who has to pass.
  await chmod(dataDir, 0o755);
  return { dataDir, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

/** Starts the built program with its console for browsers, on the demo workspace, in a data folder of its own. */
export async function startProgram(): Promise<RunningProgram> {
  const { dataDir, remove } = await makeDataDir();
  const program = await runProgram(['start', '--browser'], { dataDir, environment: {} });
  return {
    url: program.url,
    async stop() {
      await program.stop();
      await remove();
    },
  };
}

/** Starts the built program with a command that serves the console. `stop` leaves the data folder. */
export async function runProgram(
  command: readonly string[],
  { dataDir, environment }: { dataDir: string; environment: Record<string, string> },
): Promise<RunningProgram> {
  const program = path.join(root, 'out/main/cli.js');
  const child = spawn(process.execPath, [program, ...command, '--port', '0', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...demoEnvironment(), ...environment },
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`No link within ${startsWithinMs / 1000} s. It said:\n${said}`)),
      startsWithinMs,
    );
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const [link] = said.match(/http:\/\/127\.0\.0\.1:\d+\/#token=\S+/) ?? [];
      if (link !== undefined) finish(() => resolve(link));
    };
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => finish(() => reject(new Error(`It ended with ${code}. It said:\n${said}`))));
  });
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** This environment without what would connect the program to anything of the person's own. */
export function demoEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      name !== 'DATABASE_URL' &&
      (!name.startsWith('SWITCHYARD_') || name === 'SWITCHYARD_LOG_LEVEL'),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}
