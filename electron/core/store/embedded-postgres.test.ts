import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './db.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { isAlive, readPostmaster } from './postmaster.ts';
import { silentLog } from './test-database.ts';

const settings = { fsync: 'off', full_page_writes: 'off', shared_buffers: '16MB' };
const isRoot = process.getuid?.() === 0;

let folder: string;
let dataDir: string;
let started: EmbeddedPostgres[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-embedded-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'postgres');
  started = [];
});

afterEach(async () => {
  for (const server of started) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: { port?: number } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog, settings, ...options });
  started.push(server);
  return server;
}

async function ask(url: string, question: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: question, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

async function serverPid(): Promise<number> {
  return (await readPostmaster(join(dataDir, 'cluster')))?.pid ?? 0;
}

/** Another copy of the program, which starts the server and then waits to be killed. */
async function startInOtherProcess(): Promise<{ wasAdopted: boolean; kill(): Promise<void> }> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./embedded-postgres.ts', import.meta.url).href)});
    const log = { debug() {}, info() {}, warn() {}, error() {}, child() { return log; } };
    const options = ${JSON.stringify({ dataDir, settings })};
    const { wasAdopted } = await startEmbeddedPostgres({ ...options, log });
    console.log(wasAdopted);
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = await once(child.stdout, 'data');
  return {
    wasAdopted: String(answer).trim() === 'true',
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('the embedded Postgres', () => {
  it('keeps what was written over a stop and a start, in UTF-8, for this machine and with a password only', async () => {
    const first = await start();
    await ask(first.url, 'create table kept (word text)');
    await ask(first.url, `insert into kept values ('Zürich')`);
    const pid = await serverPid();
    await first.stop();
    expect(isAlive(pid)).toBe(false);

    const second = await start();
    expect(await ask(second.url, 'select word from kept')).toBe('Zürich');
    expect(
      await ask(
        second.url,
        `select array[current_setting('server_encoding'), current_setting('listen_addresses'),
                      current_setting('unix_socket_directories'), current_setting('max_connections'),
                      datcollate, datlocale] from pg_database where datname = current_database()`,
      ),
    ).toEqual(['UTF8', '127.0.0.1', '', '60', 'C', 'C.UTF-8']);
    const password = await stat(join(dataDir, 'cluster', 'switchyard-password'));
    expect(password.mode & 0o777).toBe(0o600);
    const wrong = new URL(second.url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('is adopted after its host was killed, and then stopped by the adopter', async () => {
    const host = await startInOtherProcess();
    const pid = await serverPid();
    await host.kill();
    expect(isAlive(pid)).toBe(true);

    const adopted = await start();
    expect([adopted.wasAdopted, await serverPid()]).toEqual([true, pid]);
    await adopted.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is one server for two programs that start at once, one of them for the first time', async () => {
    const [here, there] = await Promise.all([start(), startInOtherProcess()]);
    try {
      expect([here.wasAdopted, there.wasAdopted].sort()).toEqual([false, true]);
      expect(await ask(here.url, 'select current_user')).toBe('switchyard');
    } finally {
      await there.kill();
    }
  });

  it('runs on while another program is connected, and stops with the last one', async () => {
    const first = await start();
    const second = await start();
    const db = await openDatabase({ url: second.url, applicationName: 'other', log: silentLog });
    await first.stop();
    expect(isAlive(await serverPid())).toBe(true);
    await db.close();
    const pid = await serverPid();
    await second.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is started again on the same port when it dies', async () => {
    const server = await start();
    const pid = await serverPid();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => ask(server.url, 'select 1').catch(() => null), { timeout: 15_000 }).toBe(1);
    expect(await serverPid()).not.toBe(pid);
  });

  it('starts over a pid file that names a process which is gone, or one that is not Postgres', async () => {
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    for (const stalePid of [2 ** 22 - 7, process.pid]) {
      const server = await start();
      await server.stop();
      await writeFile(pidFile, `${stalePid}\n${join(dataDir, 'cluster')}\n1700000000\n5432\n\n127.0.0.1\n`);
      const restarted = await start();
      expect(restarted.wasAdopted).toBe(false);
      await restarted.stop();
    }
  });

  it('says that a wanted port is taken, and by what it can be helped', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`Port ${port} is taken`),
    });
    other.close();
  });

  it('leaves no half-made cluster behind when it cannot be made', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'cluster'), 'in the way');
    await expect(start()).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await readFile(join(dataDir, 'cluster'), 'utf8')).toBe('in the way');
  });
});

describe.runIf(isRoot)('the embedded Postgres, started by root', () => {
  it('runs as an unprivileged user who owns its folder', async () => {
    await start();
    const { uid } = await stat(join(dataDir, 'cluster'));
    const process = await stat(`/proc/${await serverPid()}`).catch(() => null);
    expect(uid).not.toBe(0);
    expect(process?.uid ?? uid).toBe(uid);
  });

  it('says which folder the user may not pass', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    dataDir = join(closed, 'postgres');
    await expect(start()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(`chmod o+x ${closed}`),
    });
    expect(existsSync(join(dataDir, 'cluster'))).toBe(false);
  });
});
