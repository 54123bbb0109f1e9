import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { isAlive, isServerOf, type Postmaster, postmasterFile, readPostmaster } from './postmaster.ts';
import { chooseServerUser, findImpassableFolder, giveTo, type ServerUser } from './server-user.ts';

export interface EmbeddedPostgresOptions {
  /** A folder of its own for the server; made if it is not there. */
  dataDir: string;
  log: Log;
  /** The port to listen on; any free one if left out. A server that already runs keeps its own. */
  port?: number;
  /** Further server settings by name; they win over the built-in ones. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  /** With user, password and database; the server takes connections from this machine only. */
  readonly url: string;
  readonly port: number;
  /** The server ran already: another copy of the program uses it, or one was killed. */
  readonly wasAdopted: boolean;
  /**
   * Stops the server unless another copy of the program is connected; then the last one to stop does it. Close this
   * program's own connections first.
   */
  stop(): Promise<void>;
}

/** Every connection of the program is named so; `stop` knows by it who else uses the server. */
export const applicationNamePrefix = 'switchyard';

const account = 'switchyard';
const database = 'switchyard';
/** Recovery after a crash may take its time on a slow disk. */
const startTimeoutMs = 120_000;
const startAttempts = 10;
const maxLogBytes = 5_000_000;
const watchIntervalMs = 2_000;

/** One small server for one desk: durable, but modest with memory. */
const desktopSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  fsync: 'on',
  synchronous_commit: 'on',
  idle_in_transaction_session_timeout: '60s',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %a ',
};

/** Where everything of one server is, and as whom it runs. */
interface Installation {
  dataDir: string;
  clusterFolder: string;
  logFile: string;
  binaries: PostgresBinaries;
  user: ServerUser | null;
  settings: Record<string, string>;
  log: Log;
}

interface RunningServer {
  pid: number;
  port: number;
  wasAdopted: boolean;
}

/**
 * Starts the Postgres that came with the program, or takes over the one that already runs in the same folder; the
 * first time it makes the folder and a random password. The server outlives a kill of this program and is started
 * again, on the same port, if it dies itself. Throws `port_in_use` where the given port is taken, `invalid_input`
 * where the folder cannot be used, `store_unreachable` where the server does not come up; each says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const installation = await prepare(options);
  const password = await ensureCluster(installation);
  let server = await ensureRunning(installation, password, options.port ?? null);
  const { port, wasAdopted } = server;
  await ensureDatabase(connectionUrl(port, password, 'postgres'));

  let revival: Promise<void> | null = null;
  const watch = setInterval(() => {
    if (revival !== null || isAlive(server.pid)) return;
    options.log.warn({ port }, 'The embedded Postgres has died; starting it again');
    revival = ensureRunning(installation, password, port)
      .then((revived) => {
        server = revived;
      })
      .catch((thrown: unknown) => options.log.error({ err: thrown }, 'The embedded Postgres stays down'))
      .finally(() => {
        revival = null;
      });
  }, watchIntervalMs);
  watch.unref();

  return {
    url: connectionUrl(port, password, database),
    port,
    wasAdopted,
    async stop() {
      clearInterval(watch);
      await revival;
      if (await isUsedByOthers(connectionUrl(port, password, 'postgres'))) {
        options.log.info({ port }, 'Postgres goes on running: another copy of the program uses it');
        return;
      }
      await stopServer(installation);
    },
  };
}

async function prepare(options: EmbeddedPostgresOptions): Promise<Installation> {
  const dataDir = await makeFolder(options.dataDir);
  const clusterFolder = join(dataDir, 'cluster');
  const user = await chooseServerUser(clusterFolder);
  await giveTo(dataDir, user);
  if (user !== null) await refuseImpassable(dataDir, user);
  return {
    dataDir,
    clusterFolder,
    logFile: join(dataDir, 'postgres.log'),
    binaries: await findPostgresBinaries(user, join(dataDir, 'programs')),
    user,
    settings: { ...desktopSettings, ...options.settings },
    log: options.log,
  };
}

/** Gives the folder's real path. */
async function makeFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    await chmod(dataDir, 0o700);
    return await realpath(dataDir);
  } catch (cause) {
    throw new AppError(
      'invalid_input',
      `The folder for the database, ${dataDir}, cannot be used. Check that it can be made and belongs to the user who ` +
        'runs the program, or choose another one with --data-dir.',
      { cause },
    );
  }
}

async function refuseImpassable(dataDir: string, user: ServerUser): Promise<void> {
  const folder = await findImpassableFolder(dataDir, user);
  if (folder === null) return;
  throw new AppError(
    'invalid_input',
    `Postgres does not run as root, so it is started as user ${user.uid}, who may not pass the folder ${folder} ` +
      `on the way to its data in ${dataDir}. Start the program as an ordinary user, choose another folder with ` +
      `--data-dir (for example /var/lib/switchyard), or open the folder with: chmod o+x ${folder}`,
    { details: { folder, dataDir, uid: user.uid } },
  );
}

/**
 * Makes the cluster if there is none and gives its password. It is made beside and renamed, so that it is whole or
 * not there, however the program ends meanwhile; of two programs at once, the first to finish wins.
 */
async function ensureCluster(installation: Installation): Promise<string> {
  const { clusterFolder, dataDir, user } = installation;
  const passwordFile = join(clusterFolder, 'switchyard-password');
  if (!existsSync(clusterFolder)) {
    const unfinished = join(dataDir, `cluster-${randomBytes(6).toString('hex')}.unfinished`);
    const unfinishedPassword = `${unfinished}.password`;
    try {
      await writeFile(unfinishedPassword, randomBytes(24).toString('base64url'), { mode: 0o600 });
      await giveTo(unfinishedPassword, user);
      await makeCluster(installation, unfinished, unfinishedPassword);
      await rename(unfinishedPassword, join(unfinished, 'switchyard-password'));
      await rename(unfinished, clusterFolder);
    } catch (thrown) {
      await rm(unfinished, { recursive: true, force: true });
      await rm(unfinishedPassword, { force: true });
      if (!existsSync(clusterFolder)) throw thrown;
    }
  }
  try {
    return (await readFile(passwordFile, 'utf8')).trim();
  } catch (cause) {
    throw new AppError(
      'invalid_input',
      `The password of the database in ${clusterFolder} cannot be read from ${passwordFile}. Put the file back from ` +
        'a copy, or choose another --data-dir to begin with an empty database.',
      { cause },
    );
  }
}

async function makeCluster(installation: Installation, folder: string, passwordFile: string): Promise<void> {
  const { binaries, user, dataDir, settings } = installation;
  const args = [
    `--pgdata=${folder}`,
    `--username=${account}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(settings.fsync === 'off' ? ['--no-sync'] : []),
  ];
  try {
    await promisify(execFile)(binaries.initdb, args, { cwd: dataDir, env: serverEnvironment(), ...user });
  } catch (cause) {
    throw new AppError(
      'store_unreachable',
      `The embedded Postgres could not make its database in ${dataDir}: ${lastLines(String(cause))} If the message ` +
        'names a missing library, run "npm rebuild"; if the disk, make room there; if a user who does not exist, run the ' +
        'program as a user who has an entry in /etc/passwd.',
      { cause },
    );
  }
}

/** Looks, adopts, or starts; again and again while other programs do the same or ports are taken meanwhile. */
async function ensureRunning(
  installation: Installation,
  password: string,
  wantedPort: number | null,
): Promise<RunningServer> {
  let failure: unknown = null;
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const running = await findRunning(installation);
    if (running !== null) {
      const port = await awaitReady(installation, password, {
        pid: running.pid,
        isRunning: () => isAlive(running.pid),
      });
      if (port !== null) return { pid: running.pid, port, wasAdopted: true };
      continue;
    }
    const port = wantedPort ?? (await freePort());
    const child = launch(installation, port);
    const pid = child.pid;
    if (pid === undefined) throw await startFailure(installation, 'the program could not be run');
    const readyPort = await awaitReady(installation, password, {
      pid,
      isRunning: () => child.exitCode === null && child.signalCode === null,
    });
    if (readyPort !== null) return { pid, port: readyPort, wasAdopted: false };
    failure = await explainExit(installation, wantedPort);
    if (failure instanceof AppError && failure.code === 'port_in_use') throw failure;
    await sleep(100 * (attempt + 1));
  }
  throw failure ?? (await startFailure(installation, 'it ends again and again'));
}

/** The server that runs in the folder; null where there is none. Removes what a foreign process's number left. */
async function findRunning(installation: Installation): Promise<Postmaster | null> {
  const { clusterFolder, log } = installation;
  const postmaster = await readPostmaster(clusterFolder);
  if (postmaster === null || !isAlive(postmaster.pid)) return null;
  if (await isServerOf(postmaster.pid, clusterFolder)) return postmaster;
  log.warn({ pid: postmaster.pid }, 'A stale postmaster.pid names a process that is no Postgres of ours');
  await rm(postmasterFile(clusterFolder), { force: true });
  return null;
}

/**
 * Runs in a session of its own, so that Ctrl-C in a terminal reaches this program only, which then stops the server
 * in order.
 */
function launch(installation: Installation, port: number): ChildProcess {
  const { binaries, clusterFolder, dataDir, logFile, user, log } = installation;
  const settings = { ...installation.settings, port: String(port) };
  keepLogSmall(logFile);
  const output = openSync(logFile, 'a', 0o600);
  const child = spawn(
    binaries.postgres,
    ['-D', clusterFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: dataDir,
      env: serverEnvironment(),
      stdio: ['ignore', output, output],
      detached: true,
      windowsHide: true,
      ...user,
    },
  );
  closeSync(output);
  child.on('error', (thrown) => log.error({ err: thrown }, 'The embedded Postgres could not be run'));
  child.unref();
  return child;
}

function keepLogSmall(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(logFile, `${logFile}.old`);
}

/** Without settings that are meant for another server, and with messages that can be read by the program. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}

/** The port once this server of the folder takes connections; null where it has ended before. */
async function awaitReady(
  installation: Installation,
  password: string,
  server: { pid: number; isRunning: () => boolean },
): Promise<number | null> {
  const deadline = performance.now() + startTimeoutMs;
  while (server.isRunning()) {
    const postmaster = await readPostmaster(installation.clusterFolder);
    const port = postmaster?.pid === server.pid ? postmaster.port : null;
    if (port !== null && (await answers(installation, port, password))) return port;
    if (performance.now() > deadline) {
      throw await startFailure(installation, `it does not answer within ${startTimeoutMs / 1000} s`);
    }
    await sleep(20);
  }
  return null;
}

/** Throws `store_unreachable` where the server answers but does not know our password. */
async function answers(installation: Installation, port: number, password: string): Promise<boolean> {
  const url = connectionUrl(port, password, 'postgres');
  try {
    const folder = await withClient(url, async (client) => {
      const { rows } = await client.query<{ data_directory: string }>('show data_directory');
      return rows[0]?.data_directory;
    });
    return folder === installation.clusterFolder;
  } catch (thrown) {
    if (!(thrown instanceof pg.DatabaseError) || thrown.code !== '28P01') return false;
    throw await startFailure(installation, 'its password is not the one in its folder');
  }
}

async function explainExit(installation: Installation, wantedPort: number | null): Promise<AppError> {
  const failure = await startFailure(installation, 'it ended at once');
  if (wantedPort === null || (await isFree(wantedPort))) return failure;
  return new AppError(
    'port_in_use',
    `Port ${wantedPort} is taken by another program, so the embedded Postgres cannot use it. Stop that program or ` +
      'choose another port.',
    { cause: failure, details: { port: wantedPort } },
  );
}

async function startFailure(installation: Installation, what: string): Promise<AppError> {
  const output = await readFile(installation.logFile, 'utf8').catch(() => '');
  return new AppError(
    'store_unreachable',
    `The embedded Postgres does not start: ${what}. The end of ${installation.logFile} says: ${lastLines(output)}`,
  );
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' · ').slice(-600);
}

async function ensureDatabase(maintenanceUrl: string): Promise<void> {
  await withClient(maintenanceUrl, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount !== 0) return;
    try {
      await client.query(`create database ${database}`);
    } catch (thrown) {
      // Another program made it between the look and the deed.
      if (!(thrown instanceof pg.DatabaseError) || !['42P04', '23505'].includes(thrown.code ?? ''))
        throw thrown;
    }
  });
}

/** Asks a few times, because the server needs a moment to notice that our own connections are closed. */
async function isUsedByOthers(maintenanceUrl: string): Promise<boolean> {
  try {
    return await withClient(maintenanceUrl, async (client) => {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const { rowCount } = await client.query(
          `select 1 from pg_stat_activity
           where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name like $1`,
          [`${applicationNamePrefix}%`],
        );
        if (rowCount === 0) return false;
        await sleep(50);
      }
      return true;
    });
  } catch {
    return false;
  }
}

/** Closes all connections and waits until everything is on the disk. A server that is gone already is no error. */
async function stopServer(installation: Installation): Promise<void> {
  const { binaries, clusterFolder, dataDir, user, log } = installation;
  const args = ['stop', '-D', clusterFolder, '-m', 'fast', '-w', '-t', '60'];
  try {
    await promisify(execFile)(binaries.pgCtl, args, { cwd: dataDir, env: serverEnvironment(), ...user });
  } catch (thrown) {
    const postmaster = await readPostmaster(clusterFolder);
    if (postmaster !== null && isAlive(postmaster.pid)) {
      log.error({ err: thrown, pid: postmaster.pid }, 'The embedded Postgres did not stop');
    }
  }
}

function connectionUrl(port: number, password: string, databaseName: string): string {
  return `postgres://${account}:${password}@127.0.0.1:${port}/${databaseName}`;
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('The server has no port'));
        else resolve(address.port);
      });
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
