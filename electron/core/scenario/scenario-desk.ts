import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../shared/model/errors.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import type { HumanDecisionOptions } from '../agent/human-decision.ts';
import { openCache } from '../cache/open-cache.ts';
import { type Log, systemClock } from '../ports.ts';
import { createFeedStore } from '../store/changes.ts';
import type { Db } from '../store/db.ts';
import { readMigrations } from '../store/migrate.ts';
import { decisionEntry } from '../sync/decision-entry.ts';
import { createDeskSync } from '../sync/desk-sync.ts';
import { createPushStore } from '../sync/push-store.ts';

export interface ScenarioDeskOptions extends HumanDecisionOptions {
  /** E-mail of whose desk it is. */
  viewer: string;
  log: Log;
}

/** A desk of a scenario: a real copy and a real outbox, joined to the store unless it is cut off. */
export interface ScenarioDesk {
  /** Gives why the store refused it, where it did at once. */
  decide(decision: {
    author: string;
    requestId: string;
    action: 'approve' | 'reject' | 'return';
    owner: string | null;
    note: string | null;
  }): Promise<AppError | null>;
  setOffline(isOffline: boolean): void;
  /** Waits until everything is sent and the copy shows what the store has; at once where it is cut off. */
  settle(store: Db): Promise<void>;
  close(): Promise<void>;
}

const settleWithinMs = 30_000;
const pollMs = 10;
const answerWithinMs = 10_000;

export async function openScenarioDesk(options: ScenarioDeskOptions): Promise<ScenarioDesk> {
  const { viewer, db, jobs, clock, log } = options;
  const dir = await mkdtemp(path.join(tmpdir(), 'switchyard-desk-'));
  const cache = await openCache({ dir, nativeBinding: null, log });
  const migrations = await readMigrations();
  let isOffline = false;
  const sync = createDeskSync({
    cache,
    connect: async () => ({
      ...createFeedStore(db),
      ...createPushStore({ db, jobs, clock }),
      close: async () => undefined,
    }),
    viewer: () => viewer,
    knownSchema: migrations.at(-1)?.number ?? 0,
    // What a desk waits for passes in real time: it is not the scenario's.
    clock: { now: () => clock.now(), sleep: systemClock.sleep },
    log,
    onChange: () => undefined,
  });
  await sync.start();
  const everything = { email: viewer, access: 'all' } as const;

  async function isSettled(store: Db): Promise<boolean> {
    // The status counts the outbox now and then only.
    const isAnythingLeft = (await cache.items()).some(
      ({ state }) => state === 'waiting' || state === 'sending',
    );
    if (isAnythingLeft || sync.status().state !== 'online') return false;
    // Somebody who does not work the queue has only their own requests on the desk, or none.
    if ((await cache.state()).identity?.access !== 'all') return true;
    const requests = await store.kysely.selectFrom('requests').select(['request_id', 'version']).execute();
    const rows = await Promise.all(requests.map(({ request_id }) => cache.row(request_id, everything)));
    return requests.every(({ version }, index) => rows[index]?.version === version);
  }

  /** What somebody tries to decide without having it on their desk. */
  async function storedRow(requestId: string): Promise<Pick<RequestRow, 'status' | 'version'>> {
    const row = await db.kysely
      .selectFrom('requests')
      .select(['status', 'version'])
      .where('request_id', '=', requestId)
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', `There is no request ${requestId}.`);
    return row;
  }

  return {
    async decide({ author, ...decision }) {
      const row = (await cache.row(decision.requestId, everything)) ?? (await storedRow(decision.requestId));
      const input = { ...decision, idempotencyKey: randomUUID() };
      const sent = await sync.send(decisionEntry(input, { author, at: clock.now(), row }), answerWithinMs);
      return sent.state === 'returned' ? sent.error : null;
    },
    setOffline(wanted) {
      isOffline = wanted;
      sync.setOffline(wanted);
    },
    async settle(store) {
      const deadline = performance.now() + settleWithinMs;
      while (!isOffline && !(await isSettled(store))) {
        if (performance.now() > deadline)
          throw new AppError(
            'internal',
            `The desk of ${viewer} did not come to rest: ${sync.status().problem ?? sync.status().state}.`,
          );
        await sleep(pollMs);
      }
    },
    async close() {
      await sync.stop();
      await cache.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
