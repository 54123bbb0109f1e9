import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../shared/model/errors.ts';
import { createAgentHost } from '../agent-host.ts';
import type { Config } from '../config.ts';
import { findElectron } from '../find-electron.ts';
import { keepWorkspaceOpen } from '../open-workspace.ts';
import type { ServedConsole } from '../rpc/websocket.ts';
import { untilAskedToStop } from './until-asked-to-stop.ts';

export interface ConsoleCommand {
  /** Read anew for each workspace that is opened. */
  readConfig: () => Config;
  /** Null: the usual port, or the next free one. */
  port: number | null;
}

/** The folder that Electron is given as its app, seen from the sources or from the built command line. */
const appDir = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../..' : '../..', import.meta.url),
);
const staticDir = path.join(appDir, 'out/renderer');

const say = (line: string) => process.stdout.write(`${line}\n`);

const nameOf = ({ workspace }: Config): string =>
  workspace === 'demo' ? 'the demo workspace' : 'your workspace';

/** Serves the console to browsers on this machine, with the agent beside it or without, until asked to stop. */
export async function runConsole(command: ConsoleCommand & { isAgent: boolean }): Promise<number> {
  if (!existsSync(path.join(staticDir, 'index.html')))
    throw new AppError(
      'invalid_input',
      'The console has not been built yet. Run "npm run build" first, or "npm start".',
    );
  let served: ServedConsole | null = null;
  await keepWorkspaceOpen({
    readConfig: command.readConfig,
    untilEnd: untilAskedToStop(),
    async onOpen(host, config) {
      // The console is there at once; that a chat cannot be reached must not keep it away.
      served = await host.serve({ port: served?.port ?? command.port, token: served?.token, staticDir });
      const starting = host.start({ isAgent: command.isAgent });
      say(`Switchyard is open on ${nameOf(config)}: ${served.url}`);
      say('Press Ctrl-C to stop.');
      await starting;
    },
  });
  return 0;
}

/** Runs the agent alone, for a server. */
export async function runAgent({ config }: { config: Config }): Promise<number> {
  const host = await createAgentHost(config);
  try {
    await host.start();
    say('The agent is at work. Press Ctrl-C to stop.');
    await untilAskedToStop();
    return 0;
  } finally {
    await host.stop();
  }
}

/** Opens the desktop window, or where there can be none says why and serves the same console to a browser. */
export async function runStart(command: ConsoleCommand & { isBrowser: boolean }): Promise<number> {
  if (!command.isBrowser) {
    const electron = findElectron();
    if (electron.executable !== null) return openWindow(electron.executable, command.readConfig());
    say(`No desktop window: ${electron.why} The console opens in a browser instead.`);
  }
  return runConsole({ ...command, isAgent: true });
}

function openWindow(executable: string, config: Config): Promise<number> {
  // Chromium's sandbox does not start as root.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(executable, [...flags, appDir, '--data-dir', config.dataDir], { stdio: 'inherit' });
  say(`Switchyard opens in a window. Its data is in ${config.dataDir}.`);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
    void untilAskedToStop().then(() => child.kill('SIGTERM'));
  });
}
