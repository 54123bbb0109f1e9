import { chown, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../shared/model/errors.ts';

/** The user that the server runs as, where that is not the one who runs this program. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Accounts that own nothing that matters, best first; nothing is created for the server. */
const preferredAccounts = ['postgres', '_postgres', 'nobody'];

/**
 * Postgres refuses to run as root. Null where this program does not run as root; otherwise who has run the server
 * before (the owner of `clusterFolder`), or else an unprivileged account of this machine: Postgres wants one that has
 * a name. Throws `invalid_input` where there is none.
 */
export async function chooseServerUser(clusterFolder: string): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(clusterFolder).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = readAccounts(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const chosen =
    preferredAccounts.map((name) => accounts.get(name)).find((account) => account !== undefined) ??
    [...accounts.values()].at(-1);
  if (chosen !== undefined) return chosen;
  throw new AppError(
    'invalid_input',
    'Postgres does not run as root, and this machine has no other account. Add one (for example with: useradd ' +
      'switchyard), or set DATABASE_URL to a Postgres server that already runs.',
  );
}

/** All accounts but root, by name. Some systems write the ids of `nobody` as negative numbers. */
function readAccounts(passwd: string): Map<string, ServerUser> {
  const accounts = new Map<string, ServerUser>();
  for (const line of passwd.split('\n')) {
    const [name = '', , uidText = '', gidText = ''] = line.split(':');
    const [uid, gid] = [Number.parseInt(uidText, 10) >>> 0, Number.parseInt(gidText, 10) >>> 0];
    if (uid !== 0) accounts.set(name, { uid, gid });
  }
  return accounts;
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
