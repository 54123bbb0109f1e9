import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../shared/model/errors.ts';
import type { QueueName, Queues } from '../automations/queues.ts';
import type { Sandbox } from '../sandbox/server.ts';
import type { Db } from '../store/db.ts';
import type { Jobs } from '../store/jobs.ts';
import { endClaims } from '../store/messages.ts';
import { endLeases } from '../store/requests.ts';
import type { ScenarioAgent } from './agent-process.ts';

const settleWithinMs = 60_000;
const pollMs = 5;
/** Checks in a row that find nothing to do, before it is believed. */
const quietChecksNeeded = 3;
/** Checks after which a job that has begun, while nobody works, belongs to a dead runner. */
const stuckChecksBorne = 20;
/** Jobs that wait for the world's own clock. */
export const onTheClock: readonly QueueName[] = ['escalation-reminder', 'close-unanswered'];

export interface Settling {
  sandbox: Pick<Sandbox, 'isQuiet'>;
  agent: Pick<ScenarioAgent, 'isIdle' | 'wasRestarted'>;
  /** The store itself, past the faults that befall the agent's connections. */
  db: Db;
  jobs: Pick<Jobs<Queues>, 'pending' | 'passTime'>;
}

/** Runs on until nothing is left to do; what only waits for real time need not wait. Throws after a minute. */
export async function settle({ sandbox, agent, jobs, db }: Settling): Promise<void> {
  const deadline = performance.now() + settleWithinMs;
  let quietChecks = 0;
  let stuckChecks = 0;
  while (performance.now() < deadline) {
    await sleep(pollMs);
    const isIdle = await agent.isIdle();
    if (agent.wasRestarted()) {
      await endLeases(db.kysely);
      await endClaims(db.kysely);
    }
    const pending = Object.entries(await jobs.pending());
    const sum = (of: 'ready' | 'active' | 'retrying') =>
      pending.reduce((total, [, counts]) => total + counts[of], 0);
    const later = pending.some(
      ([name, { delayed }]) => delayed > 0 && !onTheClock.some((queue) => queue === name),
    );
    const isQuiet = isIdle && sandbox.isQuiet();
    if (!isQuiet || sum('ready') > 0) {
      quietChecks = 0;
      stuckChecks = 0;
      continue;
    }
    if (sum('active') > 0) {
      // Ends in a moment, unless its runner is dead.
      quietChecks = 0;
      stuckChecks += 1;
      if (stuckChecks > stuckChecksBorne) await jobs.passTime({ exceptDelaysOf: onTheClock });
      continue;
    }
    if (sum('retrying') > 0 || later) {
      quietChecks = 0;
      await jobs.passTime({ exceptDelaysOf: onTheClock });
      continue;
    }
    quietChecks += 1;
    if (quietChecks >= quietChecksNeeded) return;
  }
  throw new AppError('internal', `The program did not come to rest within ${settleWithinMs / 1000} s.`);
}
