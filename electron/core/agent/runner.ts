import { AppError, toAppError } from '../../../shared/model/errors.ts';
import { listPeople } from '../store/people.ts';
import { extendLease, hasRequest, type LeasedCase, leaseRequest, releaseLease } from '../store/requests.ts';
import { applyDecision, recordApproval } from './apply-decision.ts';
import { openPlanOf, takeUpPlan } from './change-owners.ts';
import { isTakenBack, keepFollowUp, openFollowUp, withdraw } from './follow-ups.ts';
import { recordFailure } from './hand-to-human.ts';
import { identifyRequester } from './identify-requester.ts';
import { judgeAndAct, recordCorrection } from './judge-and-act.ts';
import { foundSoFar, type Run, type RunParts } from './run.ts';
import { newTrail, type Trail } from './tools.ts';

/** How often a job may fail for reasons inside Switchyard before a human is asked instead. */
const internalFailuresBeforeEscalation = 4;

export interface RunnerOptions extends RunParts {
  /** Who holds the leases of this runner. */
  holder: string;
  leaseMs: number;
  /** Told after every run: how long it took in all, and how much of that vendors were waited for. */
  onRun?: (run: { requestId: string; totalMs: number; vendorMs: number }) => void;
}

/** Which try of its job a run is, from 0, and the signal that ends it. */
export interface Attempt {
  number: number;
  signal: AbortSignal;
}

export interface Runner {
  /**
   * Does what there is to do for a request: judges it, applies a human's decision, or finishes what a dead runner
   * began. Throws `vendor_busy` where another runner has the request, and whatever should be tried again later.
   */
  run(requestId: string, attempt: Attempt): Promise<void>;
}

export function createRunner({ holder, leaseMs, onRun, ...parts }: RunnerOptions): Runner {
  const { db, clock, log } = parts;

  /** Keeps the lease until it is told to stop; aborts where another runner has taken it over. */
  function keepLease({ lease }: LeasedCase, lost: AbortController): () => void {
    const renewal = setInterval(() => {
      extendLease(db.kysely, lease, leaseMs).catch((thrown: unknown) => {
        if (toAppError(thrown).code === 'lease_lost') lost.abort(thrown);
        else
          log.warn(
            { err: thrown, requestId: lease.requestId },
            'The lease could not be renewed; trying again',
          );
      });
    }, leaseMs / 3);
    return () => clearInterval(renewal);
  }

  return {
    async run(requestId, attempt) {
      const startedAt = performance.now();
      const leased = await leaseRequest(db.kysely, { requestId, holder, ttlMs: leaseMs, at: clock.now() });
      if (!leased) {
        if (!(await hasRequest(db.kysely, requestId))) return;
        throw new AppError('vendor_busy', `Another runner has ${requestId}; it is looked at again soon.`);
      }
      const lost = new AbortController();
      const stopKeeping = keepLease(leased, lost);
      const trail = newTrail();
      try {
        const signal = AbortSignal.any([attempt.signal, lost.signal]);
        const run = await beginRun(parts, leased, { trail, signal });
        await handle(run, attempt.number);
      } catch (thrown) {
        if (lost.signal.aborted || toAppError(thrown).code === 'lease_lost') {
          log.warn(
            { requestId },
            'Another runner has taken the request over; this run leaves it to that one',
          );
          return;
        }
        await releaseLease(db.kysely, leased.lease).catch(() => undefined);
        throw thrown;
      } finally {
        stopKeeping();
      }
      onRun?.({ requestId, totalMs: performance.now() - startedAt, vendorMs: trail.vendorMs });
    },
  };
}

async function beginRun(
  parts: RunParts,
  leased: LeasedCase,
  { trail, signal }: { trail: Trail; signal: AbortSignal },
): Promise<Run> {
  const { request, incoming } = leased;
  const people = await listPeople(parts.db.kysely);
  const requester = await identifyRequester(parts, request, { people, trail, signal });
  return {
    parts,
    leased,
    requester,
    ground: { request, requester: requester?.email ?? request.requester, people },
    trail,
    signal,
    readThrough: incoming.at(-1)?.ordinal ?? request.read_through,
  };
}

async function handle(run: Run, attempt: number): Promise<void> {
  try {
    await doWhatThereIs(run);
  } catch (thrown) {
    const error = toAppError(thrown);
    // A defect must not keep a case from ever being decided: after some tries a human gets it.
    if (error.code !== 'internal' || attempt < internalFailuresBeforeEscalation) throw thrown;
    const { request, pendingDecision } = run.leased;
    run.parts.log.error(
      { err: thrown, requestId: request.request_id },
      'A run failed again and is escalated',
    );
    const problem =
      'Switchyard itself failed on this case; its log has the details. Nothing more was changed.';
    await recordFailure(run, {
      found: foundSoFar(run),
      situation: null,
      problem,
      decision: pendingDecision,
    });
  }
}

async function doWhatThereIs(run: Run): Promise<void> {
  const { parts, leased, readThrough } = run;
  const { request, pendingDecision, lease } = leased;
  if (await finishOpenPlan(run)) return;
  if (request.status === 'Escalated' && (await isTakenBack(run))) return withdraw(run);
  if (pendingDecision) return applyDecision(run, pendingDecision);
  if (request.status === 'New' || request.status === 'Triaging') return judgeAndAct(run);
  if (readThrough > request.read_through) return request.is_final ? openFollowUp(run) : keepFollowUp(run);
  await releaseLease(parts.db.kysely, lease);
}

/** True where the writes of the run before had begun and are now finished and recorded. */
async function finishOpenPlan(run: Run): Promise<boolean> {
  const { request, pendingDecision } = run.leased;
  const plan = openPlanOf(request);
  if (plan === null) return false;
  const applied = await takeUpPlan(run, plan);
  if (applied.kind === 'again') return false;
  const asThen: Run = { ...run, readThrough: plan.readThrough };
  const { found } = plan;
  const decision = pendingDecision?.ordinal === plan.decision ? pendingDecision : null;
  if (applied.kind === 'failed')
    await recordFailure(asThen, { found, situation: null, problem: applied.problem, decision });
  else if (decision) await recordApproval(asThen, decision, { plan, intents: applied.intents });
  else await recordCorrection(asThen, plan, applied.intents);
  return true;
}
