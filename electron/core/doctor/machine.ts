import { access, constants, mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCache } from '../cache/open-cache.ts';
import type { Config } from '../config.ts';
import type { Log } from '../ports.ts';
import { type Finding, failed, fine, missing, skipped } from './finding.ts';

const oldestNode = 24;
/** A workspace with some ten thousand requests, its search and its log stay well below this. */
const enoughSpaceBytes = 1024 ** 3;
const gibibytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

const area = 'machine' as const;

/** What the program needs of the machine that it runs on. */
export async function* examineMachine(config: Config, log: Log): AsyncGenerator<Finding, void, void> {
  yield nodeVersion();
  yield await writableFolder(config.dataDir);
  yield await freeSpace(config.dataDir);
  yield await sqlite(config, log);
  yield skipped(
    { area, id: 'keychain', title: 'Keychain' },
    'This command runs without a desktop, where secrets come from the environment. What was set up in the window is tried there: Connectors, Test connection.',
  );
  yield fine({ area, id: 'time-zone', title: 'Time zone' }, config.timeZone);
}

function nodeVersion(): Finding {
  const tried = { area, id: 'node', title: 'Node.js' };
  const version = process.versions.node;
  if (Number(version.split('.')[0]) >= oldestNode) return fine(tried, version);
  return missing(tried, `${version} is too old.`, `Install Node.js ${oldestNode} or newer.`);
}

/** The folder itself, or the nearest one above it that is there already. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  const above = path.dirname(folder);
  return isThere || above === folder ? folder : nearestFolder(above);
}

async function writableFolder(dataDir: string): Promise<Finding> {
  const tried = { area, id: 'data-folder', title: 'Data folder' };
  const folder = await nearestFolder(dataDir);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return fine(tried, folder === dataDir ? dataDir : `${dataDir}, made at the first start`);
  } catch {
    return missing(
      tried,
      `${folder} cannot be written to.`,
      'Give this user the right to write there, or choose another folder with --data-dir.',
    );
  }
}

async function freeSpace(dataDir: string): Promise<Finding> {
  const tried = { area, id: 'free-space', title: 'Free space' };
  try {
    const { bavail, bsize } = await statfs(await nearestFolder(dataDir));
    const free = bavail * bsize;
    if (free >= enoughSpaceBytes) return fine(tried, gibibytes(free));
    return missing(
      tried,
      `${gibibytes(free)} are left for ${dataDir}.`,
      `Make room for ${gibibytes(enoughSpaceBytes)} at least, or choose another folder with --data-dir.`,
    );
  } catch (thrown) {
    return failed(tried, thrown);
  }
}

async function sqlite(config: Config, log: Log): Promise<Finding> {
  const tried = { area, id: 'sqlite', title: 'SQLite' };
  const dir = await mkdtemp(path.join(tmpdir(), 'switchyard-doctor-'));
  try {
    const cache = await openCache({ dir, nativeBinding: config.sqliteBinding, log });
    await cache.close();
    return fine(tried, 'opens a copy');
  } catch (thrown) {
    return failed(tried, thrown);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
