import { hostname } from 'node:os';
import path from 'node:path';
import type { SupportedMessagePort } from '@orpc/client/message-port';
import { AppError, toAppError } from '../../shared/model/errors.ts';
import { type CrmSystem, crmSystems } from '../../shared/model/lead.ts';
import type { CrashPoint } from './agent/crm-writer.ts';
import { createCrmWriter } from './agent/crm-writer.ts';
import { submitDecision } from './agent/human-decision.ts';
import { createRuleBasedReader } from './agent/language/rule-based-reader.ts';
import { createRecordLookUp } from './agent/record-look-up.ts';
import { createRunner, type RunnerOptions } from './agent/runner.ts';
import { createTools } from './agent/tools.ts';
import { closeRequest } from './automations/close-request.ts';
import { closeUnanswered } from './automations/close-unanswered.ts';
import { deliverMessages } from './automations/deliver-messages.ts';
import { remindOfEscalation } from './automations/escalation-reminder.ts';
import { type QueueName, type Queues, queueNames } from './automations/queues.ts';
import { createChanges } from './changes.ts';
import type { Config } from './config.ts';
import { connectVendors } from './connect.ts';
import type { ChatActionEvent, ChatEvent } from './connectors/connector.ts';
import { type DemoWorkspace, openDemoWorkspace } from './demo.ts';
import { createDesk, type Desk } from './desk.ts';
import { takeInMessage } from './intake/chat.ts';
import { createPolicyLibrary } from './knowledge/policy-library.ts';
import { createLog } from './log.ts';
import { type Clock, type Log, type Notifier, type SecretStore, systemClock } from './ports.ts';
import type { RpcContext } from './rpc/implementation.ts';
import { servePort } from './rpc/message-port.ts';
import { type AppRouter, createRouter } from './rpc/router.ts';
import { type ServedConsole, serveConsole } from './rpc/websocket.ts';
import type { Db } from './store/db.ts';
import { createJobs, type Jobs } from './store/jobs.ts';
import { openStore, type Store } from './store/open-store.ts';
import { findPersonInChat, listPeople } from './store/people.ts';
import { readRouting } from './store/routing.ts';
import { createStateStore } from './store/workspace.ts';
import { createSystemHealth } from './system-health.ts';
import { programVersion } from './version.ts';

/** What the surroundings bring along; everything left out is made here. */
export interface HostParts {
  clock?: Clock;
  log?: Log;
  notifier?: Notifier;
  secrets?: SecretStore;
  /** Scenarios kill the process here. */
  crashPoint?: (point: CrashPoint) => void;
  onRun?: RunnerOptions['onRun'];
}

/** The whole program without its windows. */
export interface Host {
  readonly db: Db;
  readonly jobs: Jobs<Queues>;
  readonly router: AppRouter;
  readonly desk: Desk;
  readonly demo: DemoWorkspace | null;
  /** Begins to listen to the chats and to work on jobs; without `isAgent` only the console's handlers answer. */
  start(options?: { isAgent: boolean }): Promise<void>;
  /** Serves the console to browsers on the loopback. */
  serve(options: { port: number | null; staticDir: string }): Promise<ServedConsole>;
  /** Answers a console on one end of a message channel. */
  servePort(port: SupportedMessagePort): void;
  /** Jobs that have begun and events that are being taken in. */
  isIdle(): boolean;
  stop(): Promise<void>;
}

/** A case is never given up because a job failed: whatever is thrown, the job is tried again later. */
function tryAgain(thrown: unknown): never {
  const error = toAppError(thrown);
  if (error.isRetried || error.code === 'internal') throw thrown;
  throw new Error(error.message, { cause: thrown });
}

/** Opens the store that a configuration names; the demo's lies apart from the user's own. */
export function openStoreOf(config: Config, log: Log): Promise<Store> {
  return openStore({
    dataDir: config.workspace === 'demo' ? path.join(config.dataDir, 'demo') : config.dataDir,
    databaseUrl: config.databaseUrl,
    // A run holds a connection while it records, and so does every job that ends.
    maxConnections: Math.max(10, config.concurrency * 2 + 4),
    log: log.child({ room: 'store' }),
  });
}

/**
 * Builds everything from a configuration. Throws `AppError`s that say what to do where the store or the port cannot
 * be had; what was started by then is stopped again.
 */
export async function createHost(config: Config, parts: HostParts = {}): Promise<Host> {
  const clock = parts.clock ?? systemClock;
  const log = parts.log ?? createLog(config.logLevel);
  const store = await openStoreOf(config, log);
  const { db } = store;
  const stops: (() => Promise<void>)[] = [() => store.close()];
  const stopAll = async () => {
    for (const stop of stops) await stop();
  };
  try {
    return await build({ config, parts, clock, log, db, stops, stopAll });
  } catch (thrown) {
    await stopAll();
    throw thrown;
  }
}

interface Foundation {
  config: Config;
  parts: HostParts;
  clock: Clock;
  log: Log;
  db: Db;
  /** In the order in which they are called; new ones go in front. */
  stops: (() => Promise<void>)[];
  stopAll: () => Promise<void>;
}

async function build(foundation: Foundation): Promise<Host> {
  const { config, parts, clock, log, db, stops, stopAll } = foundation;
  const jobs = await createJobs<Queues>({ db, log: log.child({ room: 'jobs' }), queues: queueNames });
  stops.unshift(() => jobs.stop());
  const changes = createChanges();
  const listening = await db.listen('switchyard_changes', (requestId) => {
    if (requestId === null) changes.noteArea('requests');
    else changes.noteRequest(requestId);
  });
  stops.unshift(async () => {
    changes.stop();
    await listening.close();
  });

  let demo: DemoWorkspace | null = null;
  if (config.workspace === 'demo') {
    demo = await openDemoWorkspace({ db, clock, log, onChange: () => changes.noteArea('sandbox') });
    const { stop } = demo;
    stops.unshift(stop);
  }
  const connectorsConfig = demo?.connectors ?? config.connectors;
  const connectors = connectVendors(connectorsConfig, {
    timeoutMs: config.vendorTimeoutMs,
    clock,
    log,
    secrets: parts.secrets ?? null,
    state: createStateStore(db.kysely),
  });
  const { chats, crms } = connectors;
  const health = createSystemHealth(
    {
      slack: connectorsConfig.slack !== null,
      teams: connectorsConfig.teams !== null,
      salesforce: connectorsConfig.salesforce !== null,
      hubspot: connectorsConfig.hubspot !== null,
      confluence: connectorsConfig.confluence !== null,
      sharepoint: connectorsConfig.sharepoint !== null,
    },
    () => changes.noteArea('system'),
  );
  const reader = createRuleBasedReader();
  const tools = createTools({
    crms,
    reader,
    policy: createPolicyLibrary({ db: db.kysely, sources: connectors.knowledge, clock, log }),
    readRouting: () => readRouting(db.kysely, clock.now()),
    clock,
    health,
  });
  const crashPoint = parts.crashPoint ?? (() => undefined);
  const runner = createRunner({
    db,
    jobs,
    tools,
    writer: createCrmWriter({ tools, clock, crashPoint }),
    chats,
    crms: crmSystems.filter((system: CrmSystem) => crms[system] !== undefined),
    clock,
    log: log.child({ room: 'agent' }),
    timeZone: config.timeZone,
    holder: `${hostname()} ${process.pid}`,
    leaseMs: config.leaseMs,
    crashPoint,
    ...(parts.onRun ? { onRun: parts.onRun } : {}),
  });

  const desk = createDesk(db, config.user ?? demo?.user ?? null);
  const router = createRouter({
    db,
    jobs,
    clock,
    workspace: { kind: config.workspace, name: demo?.name ?? 'Switchyard' },
    programVersion,
    demo,
    lookUp: createRecordLookUp({ crms, reader, listPeople: () => listPeople(db.kysely), clock }),
    changes,
    health,
  });
  const createContext = (): RpcContext => ({ desk, log });

  let busy = 0;
  const counted = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
    }
  };

  async function takeInDecision(event: ChatActionEvent): Promise<void> {
    const actor = (await findPersonInChat(db.kysely, event.source, event.user)) ?? null;
    try {
      await submitDecision(
        { db, jobs, clock },
        {
          requestId: event.requestId,
          actor,
          actorName: event.user,
          action: event.action,
          owner: event.owner,
          note: event.note,
          version: event.version,
          idempotencyKey: `${event.source} ${event.eventId}`,
          via: event.source,
          chat: { user: event.user },
        },
      );
    } catch (thrown) {
      // They were told in the chat; only what may pass by itself is to be delivered again.
      if (!(thrown instanceof AppError) || thrown.isRetried) throw thrown;
    }
  }

  const takeIn = (event: ChatEvent): Promise<void> =>
    counted(async () => {
      if (event.kind === 'action') await takeInDecision(event);
      else await takeInMessage({ db, jobs, clock, log }, event);
    });

  const delivery = { db, chats, clock, log };
  const reminders = { db, jobs, clock };
  const handlers: {
    [Name in QueueName]: (
      payload: Queues[Name],
      run: { retries: number; signal: AbortSignal },
    ) => Promise<void>;
  } = {
    'invoke-agent': ({ requestId }, { retries, signal }) =>
      runner.run(requestId, { number: retries, signal }),
    'deliver-messages': ({ requestId }, { signal }) => deliverMessages(delivery, requestId, signal),
    'close-request': ({ requestId }, { signal }) => closeRequest(delivery, requestId, signal),
    'escalation-reminder': (job) => remindOfEscalation(reminders, job),
    'close-unanswered': (job) => closeUnanswered(reminders, job),
  };

  async function workOn<Name extends QueueName>(name: Name): Promise<void> {
    await jobs.work(name, {
      concurrency: name === 'invoke-agent' ? config.concurrency : 2,
      handler: (payload, context) => counted(() => handlers[name](payload, context).catch(tryAgain)),
    });
  }

  return {
    db,
    jobs,
    router,
    desk,
    demo,
    async start({ isAgent } = { isAgent: true }) {
      if (!isAgent) return;
      for (const name of queueNames) await workOn(name);
      for (const chat of Object.values(chats)) {
        stops.unshift(() => chat.stop());
        try {
          await chat.listen(takeIn, (problem) => health.note(chat.system, problem));
        } catch (thrown) {
          // A wrong token must not keep the queue and the other systems from working.
          const { code, message } = toAppError(thrown);
          if (code === 'cancelled') continue;
          log.error({ system: chat.system, code }, message);
          health.note(chat.system, message);
        }
      }
    },
    async serve({ port, staticDir }) {
      const served = await serveConsole({ host: '127.0.0.1', port, router, createContext, staticDir, log });
      stops.unshift(() => served.stop());
      return served;
    },
    servePort: (port) => servePort({ port, router, createContext }),
    isIdle: () => busy === 0,
    stop: stopAll,
  };
}
