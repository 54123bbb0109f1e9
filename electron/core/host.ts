import path from 'node:path';
import { type AppError, toAppError } from '../../shared/model/errors.ts';
import type { CrashPoint } from './agent/crm-writer.ts';
import { createRuleBasedReader } from './agent/language/rule-based-reader.ts';
import { createRecordLookUp } from './agent/record-look-up.ts';
import type { RunnerOptions } from './agent/runner.ts';
import { type AgentService, createAgentService } from './agent-service.ts';
import { atMostEvery } from './at-most-every.ts';
import { openCache } from './cache/open-cache.ts';
import { createChanges } from './changes.ts';
import type { Config } from './config.ts';
import { type Connections, type ConnectionsOptions, createConnections } from './connections/connections.ts';
import type { ConnectorsConfig } from './connections/connectors-config.ts';
import { openKeptConnections } from './connections/kept-settings.ts';
import { createLiveConnectors, type LiveConnectors } from './connections/live-connectors.ts';
import { type PauseWatch, watchPauses } from './connections/pause-watch.ts';
import { readSettings } from './connections/settings-file.ts';
import { type DemoWorkspace, openDemoWorkspace } from './demo.ts';
import { createDesk } from './desk.ts';
import { startEscalationNotices } from './escalation-notices.ts';
import { createLog } from './log.ts';
import {
  type Clock,
  type Log,
  type Notifier,
  type SecretStore,
  type StateStore,
  systemClock,
} from './ports.ts';
import type { RpcContext } from './rpc/implementation.ts';
import { type ClosablePort, servePorts } from './rpc/message-port.ts';
import { createRouter } from './rpc/router.ts';
import { type ServeConsoleOptions, type ServedConsole, serveConsole } from './rpc/websocket.ts';
import { readAttachment } from './store/attachments.ts';
import { createFeedStore } from './store/changes.ts';
import { readMigrations } from './store/migrate.ts';
import { writePause } from './store/pauses.ts';
import { findPerson } from './store/people.ts';
import { listEscalations } from './store/requests.ts';
import { openStoreClock } from './store/store-clock.ts';
import { createStateStore } from './store/workspace.ts';
import { openStoreSession, type StoreSession, workspaceFolder } from './store-session.ts';
import { createDeskSync, type StoreSide } from './sync/desk-sync.ts';
import { createPushStore } from './sync/push-store.ts';
import { createSystemHealth, type SystemHealth } from './system-health.ts';
import { createAccountTokens } from './token-store.ts';
import { programVersion } from './version.ts';
import { createWorkspaces } from './workspaces.ts';

/** What the surroundings bring along; everything left out is made here. */
export interface HostParts {
  clock?: Clock;
  log?: Log;
  /** Tells the person at this desk of what is escalated to them; nobody is told where it is left out. */
  notifier?: Notifier;
  /** Where what may not be stored in clear text is kept; nowhere if left out. */
  secrets?: SecretStore;
  /** Opens the workspace that was chosen at the console in the place of this one; none is to be chosen if left out. */
  reopen?: () => void;
  crashPoint?: (point: CrashPoint) => void;
  onRun?: RunnerOptions['onRun'];
}

/** A desk: the console's side of the program, with the agent beside it, without any windows. */
export interface Host {
  /** Joins the shared store, now or as soon as it can be reached, and with it begins the agent's work. */
  start(options?: { isAgent: boolean }): Promise<void>;
  /** Serves the console to browsers on the loopback. */
  serve(
    options: Pick<ServeConsoleOptions<RpcContext>, 'port' | 'staticDir' | 'token'>,
  ): Promise<ServedConsole>;
  /** Answers a console on one end of a message channel. */
  servePort(port: ClosablePort): void;
  stop(): Promise<void>;
}

/** What keeps a desk from the store, and passes or can be put right while it works on. */
const isBearable = ({ code }: AppError): boolean => code === 'store_unreachable' || code === 'store_newer';

/** Runs one at a time: whoever asks while it runs gets its result; after a failure it runs again. */
function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}

/**
 * Builds a desk from a configuration. It opens on its own copy also where a shared store is away. Throws `AppError`s
 * that say what to do where the folder, the embedded store or the demo cannot be opened; what was started by then is
 * stopped again.
 */
export async function createHost(config: Config, parts: HostParts = {}): Promise<Host> {
  const log = parts.log ?? createLog(config.logLevel);
  /** In the order in which they are called; new ones go in front. */
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0)) await stop();
  };
  try {
    return await build(config, { ...parts, log, clock: parts.clock ?? systemClock }, { stops, stopAll });
  } catch (thrown) {
    await stopAll();
    throw thrown;
  }
}

/** The store at the start: null where a shared one is away and the desk opens on its own copy. */
async function firstSession(config: Config, log: Log): Promise<StoreSession | null> {
  try {
    return await openStoreSession(config, log);
  } catch (thrown) {
    const error = toAppError(thrown);
    // Without its own Postgres there is no demo, and nothing that would bring it back.
    if (config.databaseUrl === null || !isBearable(error)) throw thrown;
    log.warn({ code: error.code }, error.message);
    return null;
  }
}

/** Screens that are open read the connections anew as often as this at most, however busy the vendors are. */
const tellConnectionsEveryMs = 1_000;

/** Tells the person at this desk what is damaged, beside the systems. */
function noteDamage(
  health: SystemHealth,
  log: Log,
  { system, damage }: { system: string; damage: AppError },
): void {
  log.error({ ...damage.details }, damage.message);
  health.begin(system, true);
  health.note(system, damage.message);
}

/** Connects what the environment or the demo gives, and what was set up on the screen. */
async function openConnections(
  config: Config,
  { secrets = null, clock, log }: { secrets?: SecretStore | null; clock: Clock; log: Log },
  surroundings: Pick<ConnectionsOptions, 'state' | 'health' | 'writePause' | 'onChange'> & {
    live: LiveConnectors;
    sandbox: ConnectorsConfig | null;
  },
): Promise<Connections> {
  const { sandbox, health } = surroundings;
  const file = path.join(workspaceFolder(config), 'connections.json');
  const read = await readSettings(file, clock.now());
  // A stand-in's sign-in must not take the place of the vendor's own.
  const tokens = createAccountTokens(sandbox === null ? secrets : null, log);
  const connections = createConnections({
    ...surroundings,
    given:
      sandbox === null
        ? { by: 'environment', config: config.connectors, values: config.connectionValues }
        : { by: 'sandbox', config: sandbox, values: {} },
    kept: await openKeptConnections({ file, settings: read.settings, secrets, log }),
    tokensOf: (system) => tokens[system],
    timeoutMs: config.vendorTimeoutMs,
    clock,
    log,
  });
  await connections.open();
  if (read.damage) noteDamage(health, log, { system: 'connections', damage: read.damage });
  return connections;
}

async function build(
  config: Config,
  parts: HostParts & { clock: Clock; log: Log },
  { stops, stopAll }: { stops: (() => Promise<void>)[]; stopAll: () => Promise<void> },
): Promise<Host> {
  const { clock, log } = parts;
  const cache = await openCache({
    dir: path.join(workspaceFolder(config), 'desk'),
    nativeBinding: config.sqliteBinding,
    log: log.child({ room: 'cache' }),
  });
  stops.unshift(() => cache.close());
  const changes = createChanges();
  stops.unshift(async () => changes.stop());
  let session = await firstSession(config, log);
  stops.unshift(async () => await session?.close());

  let demo: DemoWorkspace | null = null;
  if (config.workspace === 'demo' && session) {
    demo = await openDemoWorkspace({
      db: session.db,
      clock,
      log,
      onChange: () => changes.noteArea('sandbox'),
    });
    stops.unshift(demo.stop);
  }
  // Kept in the shared store: whichever program listens goes on where the last one stopped.
  const state: StateStore = {
    get: async (name) => createStateStore((await openSession()).db.kysely).get(name),
    set: async (name, value) => createStateStore((await openSession()).db.kysely).set(name, value),
  };
  const tellConnections = atMostEvery(tellConnectionsEveryMs, () => changes.noteArea('connections'));
  stops.unshift(async () => tellConnections.stop());
  const health = createSystemHealth({
    clock,
    onChange: () => changes.noteArea('system'),
    onObserved: tellConnections.call,
  });
  const live = createLiveConnectors({ health, log });
  let pauses: PauseWatch | null = null;
  const connections = await openConnections(config, parts, {
    live,
    health,
    state,
    sandbox: demo?.connectors ?? null,
    onChange: tellConnections.call,
    async writePause(system, pause) {
      await writePause((await joinStore()).db, system, pause);
      await pauses?.refresh();
    },
  });
  // What could not be read of the outbox is kept beside it: its person has to know.
  if (cache.damage) noteDamage(health, log, { system: 'outbox', damage: cache.damage });
  const reader = createRuleBasedReader();

  let agent: AgentService | null = null;
  let isAgentWanted = false;
  stops.unshift(async () => await agent?.stop());
  stops.unshift(async () => await pauses?.stop());
  const openSession = once(async (): Promise<StoreSession> => {
    session ??= await openStoreSession(config, log);
    return session;
  });
  /** Joins the store if it is not joined, and has the agent work there. */
  const joinStore = once(async (): Promise<StoreSession> => {
    const session = await openSession();
    pauses ??= await watchPauses(session.db, { live, log });
    if (isAgentWanted && !agent) {
      const { crashPoint, onRun } = parts;
      agent = createAgentService({
        session,
        connectors: live,
        reader,
        config,
        clock,
        log,
        health,
        crashPoint,
        onRun,
      });
      await agent.start();
    }
    return session;
  });

  const migrations = await readMigrations();
  const user = config.user ?? demo?.user ?? null;
  const sync = createDeskSync({
    cache,
    async connect(): Promise<StoreSide> {
      const { db, jobs } = await joinStore();
      // What was done at a desk whose clock is wrong is stored under the store's time.
      const storeClock = await openStoreClock(db, clock.sleep);
      return {
        ...createFeedStore(db),
        ...createPushStore({ db, jobs, clock: storeClock }),
        // The pool stays open: the agent goes on with it, and so does the next connection.
        close: async () => undefined,
      };
    },
    viewer: () => user ?? '',
    knownSchema: migrations.at(-1)?.number ?? 0,
    clock,
    log: log.child({ room: 'sync' }),
    onChange({ requestIds }) {
      if (requestIds === null) changes.noteArea('requests');
      else for (const requestId of requestIds) changes.noteRequest(requestId);
      changes.noteArea('sync');
    },
  });
  const desk = createDesk({
    cache,
    findInStore: async (email) => (session ? findPerson(session.db.kysely, email) : undefined),
    user,
  });
  if (parts.notifier) {
    const notices = await startEscalationNotices({
      listEscalations: async (requestIds) => session && listEscalations(session.db.kysely, requestIds),
      changes,
      desk,
      notifier: parts.notifier,
      log,
    });
    stops.unshift(() => notices.stop());
  }
  const router = createRouter({
    cache,
    sync,
    clock,
    readAttachment: async (attachmentId) => readAttachment((await joinStore()).db.kysely, attachmentId),
    workspace: { kind: config.workspace, name: demo?.name ?? 'Switchyard' },
    workspaces: createWorkspaces({
      config,
      log,
      store: () => session?.db ?? null,
      reopen: parts.reopen ?? null,
    }),
    programVersion,
    sandbox: demo && session && { db: session.db, demo },
    lookUp: createRecordLookUp({ crms: live.crms, reader, listPeople: () => cache.people(), clock }),
    changes,
    health,
    connections,
    log,
  });
  const createContext = (): RpcContext => ({ desk, log });
  const ports = servePorts({ router, createContext });
  stops.unshift(async () => ports.close());

  return {
    async start({ isAgent } = { isAgent: true }) {
      isAgentWanted = isAgent;
      if (session) await joinStore();
      await sync.start();
      stops.unshift(() => sync.stop());
    },
    async serve(options) {
      const served = await serveConsole({ ...options, host: '127.0.0.1', router, createContext, log });
      stops.unshift(() => served.stop());
      return served;
    },
    servePort: (port) => ports.serve(port),
    stop: stopAll,
  };
}
