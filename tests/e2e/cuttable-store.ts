import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseWorld } from '../../electron/core/sandbox/world.ts';
import { openDatabase } from '../../electron/core/store/db.ts';
import { startEmbeddedPostgres } from '../../electron/core/store/embedded-postgres.ts';
import { History, loadHistory } from '../../electron/core/store/history.ts';
import { migrate, readMigrations } from '../../electron/core/store/migrate.ts';
import { savePeople } from '../../electron/core/store/people.ts';
import { replaceRouting } from '../../electron/core/store/routing.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';
import { makeDataDir } from './running-program.ts';

const demo = path.resolve(import.meta.dirname, '../../resources/demo');

/** A shared store with the demo's past in it, behind a network that can be cut. */
export interface CuttableStore {
  /** For DATABASE_URL. */
  url: string;
  /** Somebody who may decide everything. */
  user: string;
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

async function fill(url: string): Promise<string> {
  const world = parseWorld(JSON.parse(await readFile(path.join(demo, 'seed-world.json'), 'utf8')), 'world');
  const packed = await readFile(path.join(demo, 'history.json.gz'));
  const history = History.parse(JSON.parse((await promisify(gunzip)(packed)).toString('utf8')));
  const db = await openDatabase({ url, applicationName: 'e2e', log: silentLog });
  try {
    await migrate(db, await readMigrations());
    await db.transaction(async (tx) => {
      await savePeople(tx, world.people);
      await replaceRouting(tx, world.routing, { actor: 'e2e', at: new Date() });
      await loadHistory(tx, history);
    });
  } finally {
    await db.close();
  }
  const manager = world.people.find(({ active, roles }) => active && roles.includes('ops_manager'));
  if (!manager) throw new Error('Nobody in the demo may decide everything');
  return manager.email;
}

export async function startCuttableStore(): Promise<CuttableStore> {
  const { dataDir, remove } = await makeDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'postgres'), log: silentLog });
  const user = await fill(postgres.url);
  const sockets = new Set<Socket>();
  let isCut = false;
  const network = createServer((client) => {
    if (isCut) return void client.destroy();
    const server = connect(postgres.port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  network.listen(0, '127.0.0.1');
  await once(network, 'listening');
  const url = new URL(postgres.url);
  url.port = String((network.address() as AddressInfo).port);
  return {
    url: url.href,
    user,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      network.close();
      await postgres.stop();
      await remove();
    },
  };
}
