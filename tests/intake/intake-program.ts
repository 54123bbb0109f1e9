import path from 'node:path';
import { sql } from 'kysely';
import type { Config } from '../../electron/core/config.ts';
import { systemClock } from '../../electron/core/ports.ts';
import { sandboxConnectors } from '../../electron/core/sandbox/connectors-config.ts';
import { type Sandbox, startSandbox } from '../../electron/core/sandbox/server.ts';
import { readWorld } from '../../electron/core/sandbox/world.ts';
import { startAgentProcess } from '../../electron/core/scenario/agent-process.ts';
import { type Db, openDatabase } from '../../electron/core/store/db.ts';
import { savePeople } from '../../electron/core/store/people.ts';
import { replaceRouting } from '../../electron/core/store/routing.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';

export const slackChannel = 'C-LEADS';
export const teamsChannel = '19:leads@thread.tacv2';

/** The stand-ins in this process, and before them the whole agent in one of its own. */
export interface IntakeProgram {
  sandbox: Sandbox;
  db: Db;
  /** The agent's process dies at once, and is started again. */
  kill(): Promise<void>;
  /** The agent ends what it has begun, and is started again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const worldFile = path.join(import.meta.dirname, '../scenarios/worlds/halden.json');

/** @param databaseUrl of a database with the schema and nothing in it */
export async function startIntakeProgram(databaseUrl: string): Promise<IntakeProgram> {
  const world = await readWorld(worldFile, { clock: null });
  const db = await openDatabase({ url: databaseUrl, applicationName: 'intake', log: silentLog });
  await db.transaction(async (tx) => {
    await savePeople(tx, world.people);
    await replaceRouting(tx, world.routing, { actor: 'intake', at: systemClock.now() });
  });
  const limitFactor = Number.POSITIVE_INFINITY;
  const sandbox = await startSandbox({ world, clock: systemClock, log: silentLog, limitFactor });
  const connectors = sandboxConnectors(sandbox, world, { shortestMs: 50, longestMs: 200 });
  const config = configOf(databaseUrl, connectors);
  const startAgent = () => startAgentProcess(config, systemClock.now());
  let agent = await startAgent();
  return {
    sandbox,
    db,
    kill: () => agent.kill(),
    async restart() {
      await agent.stop();
      agent = await startAgent();
    },
    async stop() {
      await agent.stop();
      await sandbox.stop();
      await db.close();
    },
  };
}

/** How many messages of people are stored. */
export async function storedMessages(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from messages where direction = 'in'`.execute(db.kysely);
  return rows[0]?.count ?? 0;
}

function configOf(databaseUrl: string, connectors: Config['connectors']): Config {
  return {
    dataDir: '',
    databaseUrl,
    workspace: 'own',
    connectors,
    connectionValues: {},
    timeZone: 'UTC',
    user: null,
    logLevel: 'silent',
    concurrency: 4,
    vendorTimeoutMs: 5_000,
    leaseMs: 30_000,
    sqliteBinding: null,
  };
}
