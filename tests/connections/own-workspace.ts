import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import pino from 'pino';
import { type Config, readConfig } from '../../electron/core/config.ts';
import { createHost, type Host } from '../../electron/core/host.ts';
import { type SecretStore, systemClock } from '../../electron/core/ports.ts';
import { type Sandbox, startSandbox } from '../../electron/core/sandbox/server.ts';
import { siteUrlOf } from '../../electron/core/sandbox/sharepoint/libraries.ts';
import { sandboxTeam } from '../../electron/core/sandbox/teams/conversations.ts';
import { readWorld, type World } from '../../electron/core/sandbox/world.ts';
import { openStoreAsItIs } from '../../electron/core/store/open-store.ts';
import { savePeople } from '../../electron/core/store/people.ts';
import { replaceRouting } from '../../electron/core/store/routing.ts';
import { createTestDatabase, silentLog } from '../../electron/core/store/test-database.ts';
import type { Contract } from '../../shared/contract/contract.ts';
import type { ConnectedSystem } from '../../shared/model/connection.ts';

export type Client = ContractRouterClient<Contract>;

/** The stand-ins with a company of their own, and a store that knows its people and rules. */
export interface Company {
  sandbox: Sandbox;
  world: World;
  folder: string;
  databaseUrl: string;
  /** As an admin types them: what each system needs to reach its stand-in. */
  typed: Record<ConnectedSystem, Record<string, string>>;
  stop(): Promise<void>;
}

const worldFile = path.join(import.meta.dirname, '../scenarios/worlds/halden.json');
const policyFile = {
  title: 'Lead routing',
  version: 3,
  site: 'RevOps',
  library: 'Policies',
  labels: [],
  body: '<p>A lead belongs to the owner of its territory.</p>',
};

function typedValues({ urls, credentials }: Sandbox, world: World): Company['typed'] {
  const microsoft = (address: string) => ({
    SWITCHYARD_MICROSOFT_TENANT: credentials.microsoft.tenantId,
    SWITCHYARD_MICROSOFT_CLIENT_ID: credentials.microsoft.clientId,
    SWITCHYARD_MICROSOFT_CLIENT_SECRET: credentials.microsoft.clientSecret,
    SWITCHYARD_MICROSOFT_LOGIN_URL: address,
    SWITCHYARD_MICROSOFT_GRAPH_URL: address,
  });
  return {
    slack: {
      SWITCHYARD_SLACK_BOT_TOKEN: credentials.slack.botToken,
      SWITCHYARD_SLACK_APP_TOKEN: credentials.slack.appToken,
      SWITCHYARD_SLACK_CHANNELS: world.channels.slack.join(', '),
      SWITCHYARD_SLACK_API_URL: urls.slack,
    },
    teams: {
      ...microsoft(urls.teams),
      SWITCHYARD_TEAMS_CHANNELS: world.channels.teams.map((id) => `${sandboxTeam}/${id}`).join('\n'),
    },
    salesforce: {
      SWITCHYARD_SALESFORCE_LOGIN_URL: urls.salesforce,
      SWITCHYARD_SALESFORCE_AUTH: 'client-credentials',
      SWITCHYARD_SALESFORCE_CLIENT_ID: credentials.salesforce.clientId,
      SWITCHYARD_SALESFORCE_CLIENT_SECRET: credentials.salesforce.clientSecret,
    },
    hubspot: {
      SWITCHYARD_HUBSPOT_TOKEN: credentials.hubspot.accessToken,
      SWITCHYARD_HUBSPOT_API_URL: urls.hubspot,
    },
    confluence: {
      SWITCHYARD_CONFLUENCE_URL: urls.confluence,
      SWITCHYARD_CONFLUENCE_EMAIL: credentials.confluence.email,
      SWITCHYARD_CONFLUENCE_TOKEN: credentials.confluence.apiToken,
    },
    sharepoint: {
      ...microsoft(urls.sharepoint),
      SWITCHYARD_SHAREPOINT_SITE: siteUrlOf(policyFile),
      SWITCHYARD_SHAREPOINT_LIBRARY: policyFile.library,
    },
  };
}

export async function foundCompany(): Promise<Company> {
  const sharepoint = { pages: { '3b6e0000-0000-4000-8000-000000000001': policyFile } };
  const world = await readWorld(worldFile, { clock: null, sharepoint });
  const sandbox = await startSandbox({
    world,
    clock: systemClock,
    log: silentLog,
    limitFactor: Number.POSITIVE_INFINITY,
  });
  const database = await createTestDatabase();
  const { db, close } = await openStoreAsItIs({
    dataDir: '',
    databaseUrl: database.url,
    maxConnections: 2,
    log: silentLog,
  });
  await savePeople(db.kysely, world.people);
  await replaceRouting(db.kysely, world.routing, { actor: 'test', at: new Date() });
  await close();
  const folder = await mkdtemp(path.join(tmpdir(), 'switchyard-connections-'));
  return {
    sandbox,
    world,
    folder,
    databaseUrl: database.url,
    typed: typedValues(sandbox, world),
    async stop() {
      await sandbox.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface OpenWorkspace {
  host: Host;
  client: Client;
  /** Every line that was logged, at the most talkative level. */
  log(): string;
  close(): Promise<void>;
}

export interface OpenOptions {
  secrets?: SecretStore;
  environment?: Record<string, string>;
  user?: string;
  /** Each desk has a folder of its own. */
  desk?: string;
}

/** Opens the program on the company's store as a window would, with the agent beside it. */
export function openWorkspace(company: Company, options: OpenOptions = {}): Promise<OpenWorkspace> {
  const { secrets, environment = {}, user = 'tariq.noor@halden.example', desk = 'first' } = options;
  const config = readConfig({
    HOME: company.folder,
    DATABASE_URL: company.databaseUrl,
    SWITCHYARD_DATA_DIR: path.join(company.folder, desk),
    SWITCHYARD_USER: user,
    ...environment,
  });
  return openProgram({ ...config, vendorTimeoutMs: 3_000 }, secrets);
}

/** Opens the program as a configuration says, and a console on it. */
export async function openProgram(config: Config, secrets?: SecretStore): Promise<OpenWorkspace> {
  let lines = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines += String(chunk);
      done();
    },
  });
  const host = await createHost(config, {
    log: pino({ level: 'debug' }, sink),
    ...(secrets ? { secrets } : {}),
  });
  await host.start();
  const { port1, port2 } = new MessageChannel();
  host.servePort(port1);
  const client: Client = createORPCClient(new RPCLink({ port: port2 }));
  port1.start();
  port2.start();
  return {
    host,
    client,
    log: () => lines,
    async close() {
      port2.close();
      await host.stop();
    },
  };
}
