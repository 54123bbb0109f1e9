import { createRuleBasedReader } from './agent/language/rule-based-reader.ts';
import { type AgentService, createAgentService } from './agent-service.ts';
import type { Config } from './config.ts';
import { connectGiven } from './connections/connect-given.ts';
import { createLiveConnectors } from './connections/live-connectors.ts';
import { watchPauses } from './connections/pause-watch.ts';
import type { HostParts } from './host.ts';
import { createLog } from './log.ts';
import { systemClock } from './ports.ts';
import { createStateStore } from './store/workspace.ts';
import { openStoreSession, type StoreSession } from './store-session.ts';
import { createSystemHealth } from './system-health.ts';
import { createTokenStore } from './token-store.ts';

/** The agent without a console, as a server, a scenario or a measurement runs it. */
export interface AgentHost extends Pick<StoreSession, 'db' | 'jobs'>, Pick<AgentService, 'isIdle' | 'start'> {
  stop(): Promise<void>;
}

/** Connects to the store and builds the agent; throws `AppError`s that say what to do where the store cannot be had. */
export async function createAgentHost(
  config: Config,
  parts: Pick<HostParts, 'clock' | 'log' | 'crashPoint' | 'onRun'> = {},
): Promise<AgentHost> {
  const clock = parts.clock ?? systemClock;
  const log = parts.log ?? createLog(config.logLevel);
  const session = await openStoreSession(config, log);
  const health = createSystemHealth({ clock });
  const live = createLiveConnectors({ health, log });
  connectGiven(live, config.connectors, (system) => ({
    timeoutMs: config.vendorTimeoutMs,
    clock,
    log,
    // A server keeps no secrets: they stand in its environment.
    tokens: createTokenStore(`${system} account`, null, log),
    state: createStateStore(session.db.kysely),
    onBudget: (budget) => health.noteBudget(system, budget),
  }));
  const service = createAgentService({
    session,
    connectors: live,
    reader: createRuleBasedReader(),
    config,
    clock,
    log,
    health,
    crashPoint: parts.crashPoint,
    onRun: parts.onRun,
  });
  const pauses = await watchPauses(session.db, { live, log });
  return {
    db: session.db,
    jobs: session.jobs,
    start: () => service.start(),
    isIdle: () => service.isIdle(),
    async stop() {
      await pauses.stop();
      await service.stop();
      await session.close();
    },
  };
}
