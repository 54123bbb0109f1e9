import { hostname } from 'node:os';
import { AppError, toAppError } from '../../shared/model/errors.ts';
import { crmSystems } from '../../shared/model/lead.ts';
import { type CrashPoint, createCrmWriter } from './agent/crm-writer.ts';
import { submitDecision } from './agent/human-decision.ts';
import type { LanguageReader } from './agent/language/reader.ts';
import { createRunner, type RunnerOptions } from './agent/runner.ts';
import { createTools } from './agent/tools.ts';
import { closeRequest } from './automations/close-request.ts';
import { closeUnanswered } from './automations/close-unanswered.ts';
import { deliverMessages } from './automations/deliver-messages.ts';
import { remindOfEscalation } from './automations/escalation-reminder.ts';
import { fetchFiles } from './automations/fetch-files.ts';
import { createGroupWatch } from './automations/group-watch.ts';
import { createHomeWatch } from './automations/home-watch.ts';
import { jobKey, type QueueName, type Queues, queueNames } from './automations/queues.ts';
import { readGroups } from './automations/read-groups.ts';
import { settleCards } from './automations/settle-cards.ts';
import { openHome, showHome } from './automations/show-home.ts';
import type { Config } from './config.ts';
import type { LiveConnectors } from './connections/live-connectors.ts';
import type { ChatActionEvent, ChatConnector, ChatEvent, ListenOptions } from './connectors/connector.ts';
import { takeInChatEvent } from './intake/chat-event.ts';
import { createIntakeFirst } from './intake/intake-first.ts';
import { createPolicyLibrary } from './knowledge/policy-library.ts';
import type { Clock, Log } from './ports.ts';
import { readRoutingForPeople } from './store/approver-groups.ts';
import { pruneFeed } from './store/changes.ts';
import { findPersonInChat } from './store/people.ts';
import { listOpenThreads } from './store/requests.ts';
import type { StoreSession } from './store-session.ts';
import type { SystemHealth } from './system-health.ts';

export interface AgentServiceOptions {
  session: Pick<StoreSession, 'db' | 'jobs'>;
  connectors: LiveConnectors;
  reader: LanguageReader;
  config: Pick<Config, 'timeZone' | 'leaseMs' | 'concurrency'>;
  clock: Clock;
  log: Log;
  health: SystemHealth;
  /** Scenarios kill the process here. */
  crashPoint?: ((point: CrashPoint) => void) | undefined;
  onRun?: RunnerOptions['onRun'] | undefined;
}

/** The agent at work: it takes in what comes from the chats, and does the jobs of the store. */
export interface AgentService {
  /** Begins. A chat that cannot be reached is noted in `health` and keeps nothing else from working. */
  start(): Promise<void>;
  /** No job has begun, and no event is being taken in. */
  isIdle(): boolean;
  /** Stops listening; jobs end with the session. */
  stop(): Promise<void>;
}

/** Marks of what was removed are kept for desks that come back, but not for ever. */
const pruneEveryMs = 24 * 3600 * 1000;

/** Jobs for which it is time at a certain hour, whatever vendors do. */
const timedQueues: ReadonlySet<QueueName> = new Set(['escalation-reminder', 'close-unanswered']);
const vendorQueues = queueNames.filter((name) => !timedQueues.has(name));
/** The end of a pause is told; this is for when that was not heard. */
const lookAfterPauseMs = 300_000;

/** How long a run lets the intake go first. */
const runWaitsAtMostMs = 2_000;

/** An admin connects one system after the other: what comes in meanwhile is not judged without any CRM. */
const noCrm = () =>
  new AppError('paused', 'No CRM is connected, so cases wait. Connect Salesforce or HubSpot: Connectors.');

/** A case is never given up because a job failed: whatever is thrown, the job is tried again later. */
function tryAgain(thrown: unknown): never {
  const error = toAppError(thrown);
  if (error.isRetried || error.code === 'internal') throw thrown;
  throw new Error(error.message, { cause: thrown });
}

export function createAgentService(options: AgentServiceOptions): AgentService {
  const { session, connectors, reader, config, clock, log, health } = options;
  const { db, jobs } = session;
  const { chats, crms } = connectors;
  const crashPoint = options.crashPoint ?? (() => undefined);
  const tools = createTools({
    crms,
    reader,
    policy: createPolicyLibrary({ db: db.kysely, sources: connectors.knowledge, clock, log }),
    readRouting: () => readRoutingForPeople(db.kysely, clock.now()),
    clock,
    health,
  });
  const connectedCrms = () => crmSystems.filter((system) => crms[system] !== undefined);
  const runner = createRunner({
    db,
    jobs,
    tools,
    writer: createCrmWriter({ tools, clock, crashPoint }),
    chats,
    crms: connectedCrms,
    clock,
    log: log.child({ room: 'agent' }),
    timeZone: config.timeZone,
    holder: `${hostname()} ${process.pid}`,
    leaseMs: config.leaseMs,
    crashPoint,
    ...(options.onRun ? { onRun: options.onRun } : {}),
  });

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

  const intake = createIntakeFirst();
  const takeIn = (event: ChatEvent): Promise<void> =>
    counted(() =>
      intake.takeIn(async () => {
        if (event.kind === 'action') await takeInDecision(event);
        else await takeInChatEvent({ db, jobs, clock, log }, event);
      }),
    );

  const delivery = { db, jobs, chats, clock, log };
  const homes = createHomeWatch(delivery);
  const groups = createGroupWatch(delivery);
  const reminders = { db, jobs, clock };
  const handlers: {
    [Name in QueueName]: (
      payload: Queues[Name],
      run: { retries: number; signal: AbortSignal },
    ) => Promise<void>;
  } = {
    'invoke-agent': async ({ requestId }, { retries, signal }) => {
      if (connectedCrms().length === 0) throw noCrm();
      await intake.untilCalm(runWaitsAtMostMs);
      await runner.run(requestId, { number: retries, signal });
    },
    'deliver-messages': ({ requestId }, { signal }) => deliverMessages(delivery, requestId, signal),
    'close-request': ({ requestId }, { signal }) => closeRequest(delivery, requestId, signal),
    'escalation-reminder': (job) => remindOfEscalation(reminders, job),
    'close-unanswered': (job) => closeUnanswered(reminders, job),
    'fetch-files': ({ requestId }, { signal }) => fetchFiles(delivery, requestId, signal),
    'settle-cards': ({ requestId }, { signal }) => settleCards(delivery, requestId, signal),
    'show-home': (home, { signal }) => showHome(delivery, home, signal),
    'read-groups': (job, { signal }) => readGroups(delivery, job, signal),
  };

  const listenOptions = ({ system: source }: ChatConnector): ListenOptions => ({
    openThreads: () => listOpenThreads(db.kysely, source),
    onHomeOpened: (user) => counted(() => openHome(delivery, { source, user })),
    onGroupsChanged: () => jobs.enqueue(db.kysely, 'read-groups', { source }, { key: source }),
  });

  /** How often a system became available that was not. */
  let timesAvailable = 0;

  /** A job that needs a paused system is put off: it has not failed, and begins as soon as the pause ends. */
  async function doOrPutOff<Name extends QueueName>(
    name: Name,
    payload: Queues[Name],
    context: { retries: number; signal: AbortSignal },
  ): Promise<void> {
    const before = timesAvailable;
    try {
      await handlers[name](payload, context);
    } catch (thrown) {
      const { code, message } = toAppError(thrown);
      if (code !== 'paused') return tryAgain(thrown);
      const key = jobKey(payload);
      log.info({ key, queue: name }, message);
      await jobs.enqueue(db.kysely, name, payload, { key, startAfterMs: lookAfterPauseMs });
      // The pause ended meanwhile, before there was anything to take up.
      if (timesAvailable !== before) await takeUpWaiting();
    }
  }

  async function workOn<Name extends QueueName>(name: Name): Promise<void> {
    await jobs.work(name, {
      concurrency: name === 'invoke-agent' ? config.concurrency : 2,
      handler: (payload, context) => counted(() => doOrPutOff(name, payload, context)),
    });
  }

  const takeUpWaiting = () =>
    jobs.endWaiting(vendorQueues).catch((thrown: unknown) => {
      log.warn({ err: thrown }, 'What waited for a system could not be taken up at once; it is soon');
    });

  const prune = () =>
    pruneFeed(db).catch((thrown: unknown) =>
      log.warn({ err: thrown }, 'The change feed could not be pruned'),
    );
  let pruning: NodeJS.Timeout | undefined;
  let stopTelling: (() => void) | undefined;

  return {
    async start() {
      for (const name of queueNames) await workOn(name);
      void prune();
      pruning = setInterval(() => void prune(), pruneEveryMs);
      stopTelling = connectors.onAvailable(() => {
        timesAvailable += 1;
        void takeUpWaiting();
      });
      // A pause may have ended while nobody was at work.
      await takeUpWaiting();
      await homes.start();
      groups.start();
      await connectors.listen((chat, onProblem) => chat.listen(takeIn, onProblem, listenOptions(chat)));
    },
    isIdle: () => busy === 0,
    async stop() {
      clearInterval(pruning);
      stopTelling?.();
      groups.stop();
      await homes.stop();
      await connectors.stop();
    },
  };
}
