import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'electron-vite';

const root = path.resolve(import.meta.dirname, '..');
const stampFile = path.join(root, 'out/.stamp');
const sources = ['electron/**/*.*', 'renderer/**/*.*', 'shared/**/*.*', '*.config.ts', 'package-lock.json'];

/** Builds into `out/`, unless what lies there was built from exactly these sources. */
export async function buildIfStale(): Promise<'built' | 'fresh'> {
  const stamp = hashOfSources();
  if (stamp === lastStamp()) return 'fresh';
  await build({ root, logLevel: 'warn' });
  writeFileSync(stampFile, stamp);
  return 'built';
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { cwd: root, exclude: (name) => /\.test\.tsx?$/.test(name) });
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

function lastStamp(): string | null {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return null;
  }
}
