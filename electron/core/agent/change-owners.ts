import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import { canOwn, recordsToCorrect } from '../policy/situation.ts';
import { recordTitle } from '../routing/facts.ts';
import type { Db } from '../store/db.ts';
import { abandonIntents, finishIntents, holdRecords, insertIntents } from '../store/intents.ts';
import { type Intent, type RequestRecord, updateUnderLease } from '../store/requests.ts';
import { takePoolTurn } from '../store/routing.ts';
import { insertRoutingAudit } from '../store/routing-audit.ts';
import { displayName, type Found } from './outcome.ts';
import { type OwnerChange, planChanges } from './owner-changes.ts';
import type { Run } from './run.ts';
import type { RunResult } from './run-result.ts';

/** What is being written, kept with the request until it is recorded. */
export interface OpenPlan {
  /** E-mail of the new owner. */
  owner: string;
  found: Found;
  /** Ordinal of the last message that had been read when the plan was made. */
  readThrough: number;
  /** Ordinal of the human's decision that is being applied, or null where the agent decided. */
  decision: number | null;
}

/** A stored plan, with the writes that are left of it and those that were carried out. */
export interface PlannedChange {
  plan: OpenPlan;
  open: readonly Intent[];
  done: readonly Intent[];
}

/** What came of writing a plan; `again` where somebody else changed a record first. */
export type Applied =
  | { kind: 'done'; intents: readonly Intent[] }
  | { kind: 'again' }
  | { kind: 'failed'; problem: string };

/** The plan of a run that was cut off before it had recorded what came of it. */
export const openPlanOf = ({ open_plan }: RequestRecord): OpenPlan | null => open_plan as OpenPlan | null;

/** Takes the pool's turn where there is one, and stores what is about to be written. Null: judge again. */
export async function prepareChange(
  run: Run,
  result: Extract<RunResult, { kind: 'change' }>,
): Promise<PlannedChange | null> {
  const { situation, pool: poolName } = result;
  const records = recordsToCorrect(situation);
  const pool = situation.routing.pools.find((candidate) => candidate.pool === poolName);
  return run.parts.db.transaction(async (tx) => {
    const owner = pool
      ? await takePoolTurn(tx, {
          requestId: run.leased.request.request_id,
          pool,
          member: result.owner,
          now: situation.now,
          isAvailableOwner: (email) => records.every(({ system }) => canOwn(situation, system, email)),
        })
      : result.owner;
    if (owner === null) return null;
    const { priority, rationale, caseFile, policy, rule, leadLabel } = result;
    const found = { priority, rationale, caseFile, policy, rule, leadLabel };
    const plan: OpenPlan = { owner, found, readThrough: run.readThrough, decision: null };
    return storePlan(tx, run, { plan, changes: planChanges(situation, owner, records) });
  });
}

/** Stores a plan and its intents. Throws `vendor_busy` where another request is writing one of the records. */
export async function storePlan(
  tx: Db['kysely'],
  { parts, leased }: Run,
  { plan, changes }: { plan: OpenPlan; changes: readonly OwnerChange[] },
): Promise<PlannedChange> {
  if (changes.length === 0) return { plan, open: [], done: [] };
  const requestId = leased.request.request_id;
  const records = changes.map(({ record }) => record);
  if (!(await holdRecords(tx, requestId, records)))
    throw new AppError('vendor_busy', 'Another request is changing the record; this one is judged after it.');
  await updateUnderLease(tx, leased.lease, { open_plan: JSON.stringify(plan) });
  const open = await insertIntents(
    tx,
    changes.map((change) => ({
      requestId,
      system: change.record.system,
      record: change.record.id,
      previousOwner: change.previousOwner,
      newOwner: change.newOwner,
      newOwnerId: change.newOwnerId,
      stamp: change.stamp,
    })),
    parts.clock.now(),
  );
  return { plan, open, done: [] };
}

/** Writes what is open, in order. Where it stops half way, what was done is recorded and the rest given up. */
export async function applyPlan(run: Run, { plan, open, done: before }: PlannedChange): Promise<Applied> {
  const { writer, crashPoint } = run.parts;
  const done = [...before];
  if (open.length > 0) crashPoint('before_write');
  for (const intent of open) {
    const written = await writer.write(intent, run.trail, run.signal);
    if (written.kind === 'done') {
      done.push(intent);
      continue;
    }
    if (written.kind === 'failed' && written.isAccepted) done.push(intent);
    await giveUp(run, plan, done);
    return written.kind === 'changed' ? { kind: 'again' } : written;
  }
  return { kind: 'done', intents: done };
}

/** Ends a plan that is not carried out to its end: what was written of it is recorded. */
async function giveUp({ parts, leased }: Run, { found }: OpenPlan, done: readonly Intent[]): Promise<void> {
  const at = parts.clock.now();
  await parts.db.transaction(async (tx) => {
    await updateUnderLease(tx, leased.lease, { open_plan: null });
    const reason = `Written before the correction was cut short. ${found.rationale}`;
    await insertRoutingAudit(tx, done, { rule: found.rule, reason, at });
    await finishIntents(tx, done, at);
    await abandonIntents(tx, leased.request.request_id, at);
  });
}

/**
 * Carries a plan that a dead runner left to its end, or gives it up (`again`) where nothing of it was written. Throws
 * the vendor's failure where a record cannot be read.
 */
export async function takeUpPlan(run: Run, plan: OpenPlan): Promise<Applied> {
  const { parts, leased, trail, signal } = run;
  const done: Intent[] = [];
  const open: Intent[] = [];
  for (const intent of leased.openIntents) {
    const state = await parts.writer.lookUp(intent, trail, signal);
    (state === 'done' ? done : open).push(intent);
  }
  parts.log.warn(
    { requestId: leased.request.request_id, done: done.length, open: open.length },
    'A run before this one was cut off while it wrote; taking up what it left',
  );
  if (done.length > 0) return applyPlan(run, { plan, open, done });
  await giveUp(run, plan, done);
  return { kind: 'again' };
}

/** A change that was made, for `actions_taken`. */
export const actionWords = ({ system, record, previous_owner, new_owner }: Intent): string =>
  `Changed the owner of ${recordTitle({ system, id: record })} from ${previous_owner ?? 'nobody'} to ${new_owner}`;

/** Display name of whom the first record belonged to; null where that was nobody. */
export function previousOwnerName(people: readonly Person[], intents: readonly Intent[]): string | null {
  const previous = intents[0]?.previous_owner ?? null;
  return previous === null ? null : displayName(people, previous);
}
