import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a running server says of itself in its folder. */
export interface Postmaster {
  pid: number;
  /** Null while the server is still writing its file. */
  port: number | null;
}

export function postmasterFile(clusterFolder: string): string {
  return join(clusterFolder, 'postmaster.pid');
}

/** The server that last ran in this folder, running or not; null where none was left behind. */
export async function readPostmaster(clusterFolder: string): Promise<Postmaster | null> {
  const content = await readFile(postmasterFile(clusterFolder), 'utf8').catch(() => null);
  if (content === null) return null;
  const lines = content.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (Number.isNaN(pid)) return null;
  const port = Number.parseInt(lines[3] ?? '', 10);
  return { pid, port: Number.isNaN(port) || port === 0 ? null : port };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (thrown) {
    // Alive, but another user's.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** In a container whose first process collects no orphans, an ended server stays in the table of processes. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/**
 * Whether the process is a Postgres that serves this folder: after a restart of the machine, the number in a stale
 * file may belong to anything. A process whose command line cannot be read counts as ours, so that nothing of a
 * live server is ever removed on a mere suspicion.
 */
export async function isServerOf(pid: number, clusterFolder: string): Promise<boolean> {
  const commandLine = await readCommandLine(pid).catch(() => null);
  return commandLine === null || commandLine.includes(clusterFolder);
}

async function readCommandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8');
  const [program, ...args] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          '-NoProfile',
          '-Command',
          `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
        ]
      : ['ps', '-ww', '-o', 'command=', '-p', String(pid)];
  const { stdout } = await promisify(execFile)(program, args);
  return stdout;
}
