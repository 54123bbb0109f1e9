import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ElectronSearch, findElectron } from './find-electron.ts';

let packageDir: string;
const search = (environment: ElectronSearch['environment'], platform: NodeJS.Platform = 'linux') =>
  findElectron({ environment, platform, packageDir });

function addExecutable(name: string): string {
  const file = path.join(packageDir, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}

beforeEach(() => {
  packageDir = mkdtempSync(path.join(tmpdir(), 'switchyard-electron-'));
});
afterEach(() => rmSync(packageDir, { recursive: true }));

it('takes the one that the environment names before the downloaded one', () => {
  const named = addExecutable('named');
  addExecutable('dist/electron');
  writeFileSync(path.join(packageDir, 'path.txt'), 'electron');
  expect(search({ DISPLAY: ':0', SWITCHYARD_ELECTRON: named })).toEqual({ executable: named });
});

it('takes the downloaded one once its download is complete', () => {
  const downloaded = addExecutable('dist/electron');
  expect(search({ DISPLAY: ':0' })).toMatchObject({
    why: expect.stringContaining('has not been downloaded'),
  });
  writeFileSync(path.join(packageDir, 'path.txt'), 'electron\n');
  expect(search({ WAYLAND_DISPLAY: 'wayland-0' })).toEqual({ executable: downloaded });
});

it('wants a display on Linux only', () => {
  const named = addExecutable('named');
  expect([search({ SWITCHYARD_ELECTRON: named }), search({ SWITCHYARD_ELECTRON: named }, 'darwin')]).toEqual([
    { executable: null, why: 'There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set).' },
    { executable: named },
  ]);
});

it('says so when the named one cannot be run', () => {
  expect(search({ DISPLAY: ':0', SWITCHYARD_ELECTRON: '/nowhere/electron' })).toEqual({
    executable: null,
    why: 'SWITCHYARD_ELECTRON names /nowhere/electron, which cannot be run.',
  });
});
