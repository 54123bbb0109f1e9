import { spawn, spawnSync } from 'node:child_process';

export interface RunOptions {
  environment?: Record<string, string>;
}

/** Runs a program with this process's own output, and gives back its exit code. */
export function runProgram(
  command: string,
  programArguments: readonly string[],
  { environment = {} }: RunOptions = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, programArguments, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

export function isOnPath(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Installs packages of the system where that can be done without asking: as root on Debian and its kin. */
export async function installSystemPackages(packages: readonly string[]): Promise<boolean> {
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) return false;
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  if ((await runProgram('apt-get', install, { environment })) === 0) return true;
  await runProgram('apt-get', ['update', '-q'], { environment });
  return (await runProgram('apt-get', install, { environment })) === 0;
}
