import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface ElectronSearch {
  environment: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  /** The folder of the `electron` package; null where it is not installed. */
  packageDir: string | null;
}

export type FoundElectron = { executable: string } | { executable: null; why: string };

/** Where this process looks: its own environment and its own dependencies. */
export function ownElectronSearch(): ElectronSearch {
  return { environment: process.env, platform: process.platform, packageDir: electronPackageDir() };
}

/**
 * The Electron that can show a window here, or in one line why there is none. Looks at `SWITCHYARD_ELECTRON` first,
 * then at what the `electron` package has downloaded; starts no download itself.
 */
export function findElectron(search: ElectronSearch = ownElectronSearch()): FoundElectron {
  const found = findExecutable(search);
  if (found.executable === null || hasDisplay(search)) return found;
  return { executable: null, why: 'There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set).' };
}

/** As findElectron, but whether there is a display is the caller's matter. */
export function findExecutable({ environment, packageDir }: ElectronSearch): FoundElectron {
  const named = environment.SWITCHYARD_ELECTRON;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { executable: named };
    return { executable: null, why: `SWITCHYARD_ELECTRON names ${named}, which cannot be run.` };
  }
  const downloaded = packageDir === null ? null : downloadedExecutable(packageDir);
  if (downloaded !== null && isExecutable(downloaded)) return { executable: downloaded };
  return { executable: null, why: 'Electron has not been downloaded (npx install-electron does that).' };
}

/** The package writes `path.txt` once its download is complete; importing it would start the download. */
function downloadedExecutable(packageDir: string): string | null {
  try {
    return path.join(packageDir, 'dist', readFileSync(path.join(packageDir, 'path.txt'), 'utf8').trim());
  } catch {
    return null;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasDisplay({ platform, environment }: ElectronSearch): boolean {
  return platform !== 'linux' || Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
}

function electronPackageDir(): string | null {
  try {
    return path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return null;
  }
}
