import path from 'node:path';
import { _electron, type Browser, chromium, type ElectronApplication, type Page } from 'playwright-core';
import { findExecutable, ownElectronSearch } from '../../electron/core/find-electron.ts';
import { findBrowser } from './find-browser.ts';
import { demoEnvironment, makeDataDir, startProgram } from './running-program.ts';

const root = path.resolve(import.meta.dirname, '../..');
const size = { width: 1440, height: 900 };

/** The console of a program of its own, on whichever surface this run of the tests is for. */
export interface OpenConsole {
  page: Page;
  close(): Promise<void>;
}

export function openConsole(): Promise<OpenConsole> {
  return process.env.SWITCHYARD_SURFACE === 'desktop' ? openDesktop() : openBrowser();
}

export async function openBrowser(): Promise<OpenConsole & { url: string; browser: Browser }> {
  const program = await startProgram();
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: size });
  await page.goto(program.url);
  return {
    page,
    browser,
    url: program.url,
    async close() {
      await browser.close();
      await program.stop();
    },
  };
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === null)
    throw new Error('No Chromium or Chrome was found; npm test says what to install.');
  return chromium.launch({ executablePath, args: sandboxFlags() });
}

export async function openDesktop(): Promise<OpenConsole & { app: ElectronApplication }> {
  const { executable: executablePath } = findExecutable(ownElectronSearch());
  if (executablePath === null) throw new Error('No Electron was found; SWITCHYARD_ELECTRON names one.');
  const { dataDir, remove } = await makeDataDir();
  const oldRuntime = path.join(root, 'tests/e2e/old-electron.cjs');
  const app = await _electron.launch({
    executablePath,
    args: [...sandboxFlags(), '-r', oldRuntime, root, '--data-dir', dataDir],
    env: { ...demoEnvironment(), ...sqliteBinding() },
  });
  const page = await app.firstWindow();
  return {
    page,
    app,
    async close() {
      await app.close();
      await remove();
    },
  };
}

/** SQLite's native part for the Electron that is tested, where that takes another one than Node does. */
function sqliteBinding(): Record<string, string> {
  const file = process.env.SWITCHYARD_SQLITE_BINDING;
  return file === undefined ? {} : { SWITCHYARD_SQLITE_BINDING: file };
}

/** Chromium's sandbox does not start as root. */
function sandboxFlags(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}
