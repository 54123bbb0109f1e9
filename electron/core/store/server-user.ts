import { execFile } from 'node:child_process';
import { chown, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** The user that the server runs as, where that is not the one who runs this program. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Accounts that exist on most machines and own nothing that matters; nothing is created for the server. */
const unprivilegedAccounts = ['postgres', 'nobody'];
const anyUnprivilegedId = 65_534;

/**
 * Postgres refuses to run as root. Null where this program does not run as root; otherwise who has run the server
 * before (the owner of `clusterFolder`), or else the first unprivileged account of this machine.
 */
export async function chooseServerUser(clusterFolder: string): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(clusterFolder).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const account of unprivilegedAccounts) {
    const [uid, gid] = await Promise.all([idOf('-u', account), idOf('-g', account)]);
    if (uid !== null && gid !== null && uid !== 0) return { uid, gid };
  }
  return { uid: anyUnprivilegedId, gid: anyUnprivilegedId };
}

async function idOf(kind: '-u' | '-g', account: string): Promise<number | null> {
  try {
    const { stdout } = await promisify(execFile)('id', [kind, account]);
    const id = Number.parseInt(stdout, 10);
    return Number.isNaN(id) ? null : id;
  } catch {
    return null;
  }
}

/** The first folder on the way to `path`, itself included, that the user may not pass; null where all are open. */
export async function findImpassableFolder(path: string, user: ServerUser): Promise<string | null> {
  const folders: string[] = [];
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of folders) {
    if (!(await canPass(folder, user))) return folder;
  }
  return null;
}

async function canPass(folder: string, user: ServerUser): Promise<boolean> {
  const { mode, uid, gid } = await stat(folder);
  const executeBit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & executeBit) !== 0;
}

export async function giveTo(path: string, user: ServerUser | null): Promise<void> {
  if (user !== null) await chown(path, user.uid, user.gid);
}
