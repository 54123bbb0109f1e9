import path from 'node:path';
import { type AgentHost, createAgentHost } from '../../electron/core/agent-host.ts';
import { type Queues, queueNames } from '../../electron/core/automations/queues.ts';
import type { Config } from '../../electron/core/config.ts';
import type { PollingPace } from '../../electron/core/connectors/teams/polling.ts';
import type { HostParts } from '../../electron/core/host.ts';
import { sandboxConnectors } from '../../electron/core/sandbox/connectors-config.ts';
import { type Sandbox, startSandbox } from '../../electron/core/sandbox/server.ts';
import { readWorld } from '../../electron/core/sandbox/world.ts';
import { createScenarioClock, type ScenarioClock } from '../../electron/core/scenario/scenario-clock.ts';
import { settle } from '../../electron/core/scenario/settle.ts';
import { type Db, openDatabase } from '../../electron/core/store/db.ts';
import { createJobs, type Jobs } from '../../electron/core/store/jobs.ts';
import { savePeople } from '../../electron/core/store/people.ts';
import { replaceRouting } from '../../electron/core/store/routing.ts';
import { createTestDatabase, silentLog, type TestDatabase } from '../../electron/core/store/test-database.ts';

/** The whole program before its stand-ins, with its database open beside it. */
export interface AgentBench {
  sandbox: Sandbox;
  hosts: readonly AgentHost[];
  db: Db;
  jobs: Jobs<Queues>;
  clock: ScenarioClock;
  /** Until nothing is left to do. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface AgentBenchOptions {
  /** RFC 7386, on the world of the scenarios. */
  patch?: Record<string, unknown>;
  /** How many programs work side by side; 1 if left out. */
  runners?: number;
  /** Called at the points between the agent's transactions. */
  crashPoint?: HostParts['crashPoint'];
  /** For each call to a vendor, in milliseconds; 3 000 if left out. */
  vendorTimeoutMs?: number;
  /** How often Teams is asked for news; the sandbox's own pace if left out. */
  teamsPace?: PollingPace;
  /** A database with the schema; one of the run of the tests if left out. */
  database?: TestDatabase;
}

const worldFile = path.join(import.meta.dirname, '../scenarios/worlds/halden.json');

export async function startAgentBench(options: AgentBenchOptions = {}): Promise<AgentBench> {
  const { patch = {}, runners = 1, crashPoint, vendorTimeoutMs = 3_000, teamsPace } = options;
  const world = await readWorld(worldFile, patch);
  const start = new Date(world.clock ?? 0);
  const clock = createScenarioClock(start);
  const database = options.database ?? (await createTestDatabase());
  const stops: (() => Promise<unknown>)[] = [() => database.drop()];
  const db = await openDatabase({ url: database.url, applicationName: 'bench', log: silentLog });
  stops.unshift(() => db.close());
  await db.transaction(async (tx) => {
    await savePeople(tx, world.people);
    await replaceRouting(tx, world.routing, { actor: 'bench', at: start });
  });
  const jobs = await createJobs<Queues>({ db, log: silentLog, queues: queueNames });
  stops.unshift(() => jobs.stop());
  const sandbox = await startSandbox({
    world,
    clock,
    log: silentLog,
    limitFactor: Number.POSITIVE_INFINITY,
    slackAckMs: 2_000,
  });
  stops.unshift(() => sandbox.stop());
  const config: Config = {
    dataDir: '',
    databaseUrl: database.url,
    workspace: 'own',
    connectors: sandboxConnectors(sandbox, world, teamsPace),
    connectionValues: {},
    timeZone: 'UTC',
    user: null,
    logLevel: 'silent',
    concurrency: 4,
    vendorTimeoutMs,
    sqliteBinding: null,
    leaseMs: 30_000,
  };
  const hosts: AgentHost[] = [];
  for (let count = 0; count < runners; count += 1) {
    const host = await createAgentHost(config, {
      clock,
      log: silentLog,
      ...(crashPoint ? { crashPoint } : {}),
    });
    stops.unshift(() => host.stop());
    await host.start();
    hosts.push(host);
  }
  const agent = {
    isIdle: async () => hosts.every((host) => host.isIdle()),
    wasRestarted: () => false,
  };
  return {
    sandbox,
    hosts,
    db,
    jobs,
    clock,
    settle: () => settle({ sandbox, agent, db, jobs }),
    async stop() {
      for (const stop of stops) await stop();
    },
  };
}

/** What became of every request, in the order of their numbers. */
export const requestsOf = ({ db }: AgentBench) =>
  db.kysely
    .selectFrom('requests')
    .select(['request_id', 'status', 'reason', 'next_owner', 'approver', 'refers_to'])
    .orderBy('ordinal')
    .execute();

export async function auditTypesOf({ db }: AgentBench, requestId: string): Promise<string[]> {
  const rows = await db.kysely
    .selectFrom('audit_log')
    .select('event_type')
    .where('request_id', '=', requestId)
    .orderBy('ordinal')
    .execute();
  return rows.map(({ event_type }) => event_type);
}
