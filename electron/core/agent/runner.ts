import { AppError, toAppError } from '../../../shared/model/errors.ts';
import type { CrmSystem } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import { agentName, type EscalationReason } from '../../../shared/model/request.ts';
import { sentence } from '../../../shared/model/sentence.ts';
import { createRequest } from '../automations/create-request.ts';
import type { Queues } from '../automations/queues.ts';
import type { ChatConnector } from '../connectors/connector.ts';
import { withRetries } from '../connectors/retry.ts';
import { type Responsible, responsibleFor } from '../policy/approver.ts';
import { canOwn, recordsToCorrect, type Situation } from '../policy/situation.ts';
import type { Clock, Log } from '../ports.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import { settleDecision } from '../store/human-decisions.ts';
import { abandonIntents, finishIntents, holdRecords, insertIntents } from '../store/intents.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertOutgoing } from '../store/messages.ts';
import { findPerson, findPersonInChat, listPeople, rememberChatId } from '../store/people.ts';
import {
  extendLease,
  type HumanDecision,
  hasRequest,
  hasUnread,
  type Intent,
  type LeasedCase,
  leaseRequest,
  releaseLease,
  updateUnderLease,
} from '../store/requests.ts';
import { readRouting, takePoolTurn } from '../store/routing.ts';
import { insertRoutingAudit } from '../store/routing-audit.ts';
import type { HumanDecisionState } from '../store/tables.ts';
import type { CrashPoint, CrmWriter } from './crm-writer.ts';
import {
  conclude,
  displayName,
  escalate,
  type Found,
  type Ground,
  messageToApprover,
  nextVersion,
  type Outcome,
  replyToRequester,
} from './outcome.ts';
import {
  alreadyRight,
  approvedUnchanged,
  askedBack,
  decisionNotApplied,
  decisionOvertaken,
  rejectedBy,
} from './outcome-replies.ts';
import { recordOutcome, toolCallEvents } from './record-outcome.ts';
import { leadLabel, withdrawn } from './replies.ts';
import { ask } from './tool-calls.ts';
import { newTrail, type ToolRunner, type Trail } from './tools.ts';
import {
  emptyCase,
  judgeRequest,
  type OwnerChange,
  outcomeReply,
  planChanges,
  type RunInput,
  type RunResult,
  recheckApproval,
} from './workflow.ts';

/** How often a case is judged anew because the record changed under the agent's hands. */
const maximumJudgements = 3;
/** How often a job may fail for reasons inside Switchyard before a human is asked instead. */
const internalFailuresBeforeEscalation = 4;

export interface RunnerOptions {
  db: Db;
  jobs: Pick<Jobs<Queues>, 'enqueue'>;
  tools: ToolRunner;
  writer: CrmWriter;
  chats: Partial<Record<'slack' | 'teams', ChatConnector>>;
  crms: readonly CrmSystem[];
  clock: Clock;
  log: Log;
  /** The organisation's zone. */
  timeZone: string;
  /** Who holds the leases of this runner. */
  holder: string;
  leaseMs: number;
  crashPoint: (point: CrashPoint) => void;
  /** Told after every run: how long it took in all, and how much of that vendors were waited for. */
  onRun?: (run: { requestId: string; totalMs: number; vendorMs: number }) => void;
}

export interface Runner {
  /**
   * Does what there is to do for a request: judges it, applies a human's decision, or finishes what a dead runner
   * began. Throws `vendor_busy` where another runner has the request, and whatever should be tried again later.
   */
  run(requestId: string, attempt: { number: number; signal: AbortSignal }): Promise<void>;
}

/** What is being written, kept with the request until it is recorded. */
interface OpenPlan {
  owner: string;
  found: Found;
  readThrough: number;
  /** The human's decision that is being applied, or null where the agent decided. */
  decision: number | null;
}

interface Run {
  leased: LeasedCase;
  people: readonly Person[];
  requester: Person | null;
  ground: Ground;
  trail: Trail;
  signal: AbortSignal;
  /** The last message that this run has read. */
  readThrough: number;
}

/** What came of writing a plan. */
type Applied = { kind: 'done'; intents: Intent[] } | { kind: 'again' } | { kind: 'failed'; problem: string };

export function createRunner(options: RunnerOptions): Runner {
  const { db, jobs, tools, writer, chats, crms, clock, log, timeZone, holder, leaseMs, crashPoint } = options;

  // ── one run ────────────────────────────────────────────────────────────────────────────────────────────────

  async function run(requestId: string, attempt: { number: number; signal: AbortSignal }): Promise<void> {
    const startedAt = performance.now();
    const leased = await leaseRequest(db.kysely, { requestId, holder, ttlMs: leaseMs, at: clock.now() });
    if (!leased) {
      if (!(await hasRequest(db.kysely, requestId))) return;
      throw new AppError('vendor_busy', `Another runner has ${requestId}; it is looked at again soon.`);
    }
    const lost = new AbortController();
    const signal = AbortSignal.any([attempt.signal, lost.signal]);
    const renewal = setInterval(() => {
      extendLease(db.kysely, leased.lease, leaseMs).catch((thrown: unknown) => {
        if (toAppError(thrown).code === 'lease_lost') lost.abort(thrown);
        else log.warn({ err: thrown, requestId }, 'The lease could not be renewed; trying again');
      });
    }, leaseMs / 3);
    const trail = newTrail();
    try {
      await handle(leased, trail, signal, attempt.number);
    } catch (thrown) {
      if (lost.signal.aborted || toAppError(thrown).code === 'lease_lost') {
        log.warn({ requestId }, 'Another runner has taken the request over; this run leaves it to that one');
        return;
      }
      await releaseLease(db.kysely, leased.lease).catch(() => undefined);
      throw thrown;
    } finally {
      clearInterval(renewal);
    }
    options.onRun?.({ requestId, totalMs: performance.now() - startedAt, vendorMs: trail.vendorMs });
  }

  async function handle(
    leased: LeasedCase,
    trail: Trail,
    signal: AbortSignal,
    attempt: number,
  ): Promise<void> {
    const { request, incoming, pendingDecision } = leased;
    const readThrough = incoming.at(-1)?.ordinal ?? request.read_through;
    const people = await listPeople(db.kysely);
    const requester = await identifyRequester(leased, people, trail, signal);
    const ground = { request, requester: requester?.email ?? request.requester, people };
    const theRun: Run = { leased, people, requester, ground, trail, signal, readThrough };
    try {
      if (request.open_plan !== null && (await resume(theRun))) return;
      if (request.status === 'Escalated' && (await isTakenBack(theRun))) return await withdraw(theRun);
      if (pendingDecision) return await applyDecision(theRun, pendingDecision);
      if (request.status === 'New' || request.status === 'Triaging') return await judgeAndAct(theRun);
      if (readThrough > request.read_through)
        return request.is_final ? await openFollowUp(theRun) : await keepFollowUp(theRun);
      await releaseLease(db.kysely, leased.lease);
    } catch (thrown) {
      const error = toAppError(thrown);
      // A defect must not keep a case from ever being decided: after some tries a human gets it.
      if (error.code !== 'internal' || attempt < internalFailuresBeforeEscalation) throw thrown;
      log.error({ err: thrown, requestId: request.request_id }, 'A run failed again and is escalated');
      const problem =
        'Switchyard itself failed on this case; its log has the details. Nothing more was changed.';
      await recordFailure(theRun, { found: foundSoFar(theRun), situation: null, problem }, pendingDecision);
    }
  }

  /** The sender as a person of ours; somebody whom only the chat knows is looked up there by e-mail. */
  async function identifyRequester(
    { request }: LeasedCase,
    people: readonly Person[],
    trail: Trail,
    signal: AbortSignal,
  ): Promise<Person | null> {
    if (request.requester !== null) return people.find(({ email }) => email === request.requester) ?? null;
    const { requester_chat: userId, source } = request;
    if (userId === null || (source !== 'slack' && source !== 'teams')) return null;
    const known = await findPersonInChat(db.kysely, source, userId);
    if (known) return known;
    const chat = chats[source];
    if (!chat) return null;
    const about = {
      tool: 'find_user',
      system: source,
      asked: userId,
      describe: (user: { email: string | null } | null) => user?.email ?? 'no e-mail address',
    };
    const tried = await tools.note(trail, about, () =>
      withRetries(() => chat.findUser(userId, { signal }), { clock, signal }),
    );
    if (!tried.isOk) throw tried.error;
    const email = tried.value?.email?.toLowerCase();
    const person = email === undefined ? undefined : await findPerson(db.kysely, email);
    if (person) await rememberChatId(db.kysely, { email: person.email, chat: source, userId });
    return person ?? null;
  }

  async function record(
    { leased, requester, trail, readThrough }: Run,
    what: {
      outcome: Outcome;
      corrections?: { intents: readonly Intent[]; reason: string };
      settles?: { decision: HumanDecision; state: Exclude<HumanDecisionState, 'pending'> };
    },
  ): Promise<void> {
    const { request, lease } = leased;
    await db.transaction(async (tx) => {
      // Nothing is written yet, so a message that came in meanwhile is heard before the case is closed.
      if (!what.corrections && !what.settles && (await hasUnread(tx, lease, readThrough)))
        throw new AppError('vendor_busy', 'A message came in while the case was judged; it is judged again.');
      await recordOutcome(tx, jobs, {
        lease,
        request,
        trail,
        readThrough,
        at: clock.now(),
        requester: requester?.email ?? request.requester,
        outcome: what.outcome,
        corrections: what.corrections ?? null,
        settles: what.settles ?? null,
      });
    });
    const { status, reason } = what.outcome;
    log.info({ requestId: request.request_id, status, reason }, 'A run was recorded');
    crashPoint('after_audit');
  }

  // ── judging ────────────────────────────────────────────────────────────────────────────────────────────────

  function inputOf({ leased, people, requester }: Run, messages: RunInput['messages']): RunInput {
    const { request } = leased;
    return {
      now: clock.now(),
      timeZone,
      crms,
      people,
      requester,
      request: {
        source: request.source,
        targetRecord: request.target_record,
        chosenPriority: request.chosen_priority,
        candidates: request.case_file?.candidates ?? [],
        earlierApprover: request.earlier_approver,
        earlierLead: leased.followed,
      },
      messages,
    };
  }

  async function judgeOnce(run: Run): Promise<RunResult> {
    const spoken = run.leased.incoming.map(({ author, text }) => ({ author, text }));
    const result = await tools.drive(judgeRequest(inputOf(run, spoken)), run.trail, run.signal);
    const last = spoken.at(-1);
    // Only the requester can take a request back.
    if (result.kind !== 'withdraw' || spoken.length < 2 || last?.author === run.ground.requester)
      return result;
    return tools.drive(judgeRequest(inputOf(run, spoken.slice(0, -1))), run.trail, run.signal);
  }

  async function judgeAndAct(run: Run): Promise<void> {
    for (let judgements = 1; ; judgements += 1) {
      const result = await judgeOnce(run);
      if (result.kind !== 'change') return record(run, { outcome: outcomeOf(run, result) });
      const { situation } = result;
      const prepared = await prepareChange(run, result);
      if (prepared) {
        const applied = await apply(run, prepared);
        if (applied.kind === 'done') return recordCorrection(run, prepared.plan, applied.intents);
        if (applied.kind === 'failed')
          return recordFailure(run, { found: result, situation, problem: applied.problem }, null);
      }
      if (judgements >= maximumJudgements) {
        const rationale = `The record kept changing while the case was judged, ${maximumJudgements} times in a row. ${result.rationale}`;
        return record(run, {
          outcome: escalate(
            run.ground,
            { ...result, rationale },
            {
              reason: 'data_conflict',
              responsible: await responsibleIn(run, situation, 'data_conflict'),
              tellsRequester: true,
            },
          ),
        });
      }
    }
  }

  function outcomeOf(run: Run, result: Exclude<RunResult, { kind: 'change' }>): Outcome {
    const { ground } = run;
    switch (result.kind) {
      case 'withdraw':
        return conclude(ground, result, {
          status: 'Closed',
          decision: 'Cancelled',
          reason: 'withdrawn',
          nextOwner: null,
          reply: withdrawn,
          actionsTaken: ['Closed the request, which the requester withdrew'],
        });
      case 'reject':
        return conclude(ground, result, {
          status: 'Rejected',
          decision: 'Rejected',
          reason: result.reason,
          nextOwner: ground.requester,
          reply: result.reply,
          actionsTaken: [`Rejected the request (${result.reason})`],
        });
      case 'wait':
        return conclude(ground, result, {
          status: 'Waiting',
          decision: null,
          reason: result.reason,
          nextOwner: ground.requester,
          reply: result.reply,
          actionsTaken: [`Asked the requester (${result.reason})`],
        });
      case 'complete':
        return conclude(ground, result, {
          status: 'Completed',
          decision: 'Approved',
          reason: null,
          nextOwner: result.owner,
          reply: alreadyRight({
            leadLabel: result.leadLabel ?? 'The lead',
            owner: displayName(run.people, result.owner),
            rule: result.rule,
          }),
          actionsTaken: ['Found the lead with its rightful owner and changed nothing'],
        });
      case 'escalate':
        return escalate(ground, result, {
          reason: result.reason,
          responsible: result.responsible,
          tellsRequester: true,
        });
    }
  }

  /** Who decides a case that the agent had decided already, or could not look at. */
  async function responsibleIn(
    run: Run,
    situation: Situation | null,
    reason: EscalationReason,
  ): Promise<Responsible | null> {
    const { request } = run.leased;
    const facts = situation?.facts ?? request.case_file?.facts;
    const country = facts?.country.value ?? null;
    const routing = situation?.routing ?? (await readRouting(db.kysely, clock.now())).routing;
    return responsibleFor({
      reason,
      country: typeof country === 'string' ? country : null,
      accountOwner: situation?.account?.owner ?? null,
      requester: run.ground.requester,
      earlierApprover: request.earlier_approver,
      escalationOwners: routing.escalation_owners,
      people: run.people,
      pageWindowMs: situation?.settings?.reviewWindow?.parsed ?? null,
    });
  }

  /**
   * A write that was refused, or a system that could not be reached: a human decides, with the vendor's own words. Where
   * a human's decision could not be applied it is back with the same approver.
   */
  async function recordFailure(
    run: Run,
    failure: { found: Found; situation: Situation | null; problem: string },
    decision: HumanDecision | null,
  ): Promise<void> {
    const { found, situation } = failure;
    const problem = sentence(failure.problem);
    // The same failure again is said once.
    const rationale = found.rationale.startsWith(problem)
      ? found.rationale
      : `${problem} ${found.rationale}`.trim();
    const outcome = escalate(
      run.ground,
      { ...found, rationale },
      {
        reason: 'tool_failure',
        responsible: decision
          ? sameResponsible(run.leased.request)
          : await responsibleIn(run, situation, 'tool_failure'),
        tellsRequester: decision === null,
      },
    );
    if (!decision) return record(run, { outcome });
    outcome.events.unshift(humanEvent(decision, 'Message', { not_applied: problem }));
    return record(run, { outcome, settles: { decision, state: 'failed' } });
  }

  // ── changing owners ────────────────────────────────────────────────────────────────────────────────────────

  /** Takes the pool's turn where there is one, and stores what is about to be written. Null: judge again. */
  async function prepareChange(
    run: Run,
    result: Extract<RunResult, { kind: 'change' }>,
  ): Promise<{ plan: OpenPlan; intents: Intent[] } | null> {
    const { situation, pool: poolName } = result;
    const records = recordsToCorrect(situation);
    const pool = situation.routing.pools.find((candidate) => candidate.pool === poolName);
    return db.transaction(async (tx) => {
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
      const { priority, rationale, caseFile, policy, rule, leadLabel: label } = result;
      const found = { priority, rationale, caseFile, policy, rule, leadLabel: label };
      const plan: OpenPlan = { owner, found, readThrough: run.readThrough, decision: null };
      return { plan, intents: await storePlan(tx, run, plan, planChanges(situation, owner, records)) };
    });
  }

  async function storePlan(
    tx: Db['kysely'],
    { leased }: Run,
    plan: OpenPlan,
    changes: readonly OwnerChange[],
  ): Promise<Intent[]> {
    if (changes.length === 0) return [];
    const requestId = leased.request.request_id;
    const records = changes.map(({ record: { system, id } }) => ({ system, id }));
    if (!(await holdRecords(tx, requestId, records)))
      throw new AppError(
        'vendor_busy',
        'Another request is changing the record; this one is judged after it.',
      );
    await updateUnderLease(tx, leased.lease, { open_plan: JSON.stringify(plan) });
    return insertIntents(
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
      clock.now(),
    );
  }

  /** Writes the intents in order. Where it stops half way, what was done is recorded and the rest given up. */
  async function apply(
    run: Run,
    { plan, intents }: { plan: OpenPlan; intents: readonly Intent[] },
    done: Intent[] = [],
  ): Promise<Applied> {
    if (intents.length > 0) crashPoint('before_write');
    for (const intent of intents) {
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
  async function giveUp({ leased }: Run, { found }: OpenPlan, done: readonly Intent[]): Promise<void> {
    const at = clock.now();
    await db.transaction(async (tx) => {
      await updateUnderLease(tx, leased.lease, { open_plan: null });
      const reason = `Written before the correction was cut short. ${found.rationale}`;
      await insertRoutingAudit(tx, done, { rule: found.rule, reason, at });
      await finishIntents(
        tx,
        done.map(({ intent_id }) => intent_id),
        { state: 'done', at },
      );
      await abandonIntents(tx, leased.request.request_id, at);
    });
  }

  async function recordCorrection(run: Run, plan: OpenPlan, intents: readonly Intent[]): Promise<void> {
    const { ground, people } = run;
    const { owner, found } = plan;
    const outcome = conclude(ground, found, {
      status: 'Completed',
      decision: 'Approved',
      reason: null,
      nextOwner: owner,
      reply: outcomeReply({
        leadLabel: found.leadLabel ?? 'the lead',
        owner: displayName(people, owner),
        previous: previousOwnerName(people, intents),
        rule: found.rule,
        approvedBy: null,
      }),
      actionsTaken: intents.map(actionWords),
    });
    await record(run, { outcome, corrections: { intents, reason: found.rationale } });
  }

  // ── a human's decision ─────────────────────────────────────────────────────────────────────────────────────

  function applyDecision(run: Run, decision: HumanDecision): Promise<void> {
    if (decision.action === 'approve') return approve(run, decision);
    return decision.action === 'reject' ? reject(run, decision) : sendBack(run, decision);
  }

  async function reject(run: Run, decision: HumanDecision): Promise<void> {
    const { ground, people } = run;
    const by = displayName(people, decision.actor);
    const found = foundSoFar(run);
    const outcome: Outcome = {
      ...found,
      status: 'Rejected',
      decision: 'Rejected',
      reason: 'rejected_by_approver',
      rationale: `${sentence(`${by} rejected it${noteOf(decision)}`)} ${found.rationale}`.trim(),
      nextOwner: ground.requester,
      actionsTaken: [`Recorded the rejection by ${decision.actor}`],
      events: [humanEvent(decision, 'Rejection', {})],
      outgoing: [replyToRequester(ground, rejectedBy(by, decision.note))],
      escalation: null,
    };
    await record(run, { outcome, settles: { decision, state: 'applied' } });
  }

  async function sendBack(run: Run, decision: HumanDecision): Promise<void> {
    const { ground, people } = run;
    const by = displayName(people, decision.actor);
    const outcome: Outcome = {
      ...foundSoFar(run),
      status: 'Waiting',
      decision: null,
      reason: 'returned',
      rationale: sentence(
        `${by} asks the requester${decision.note === null ? ' for more information' : noteOf(decision)}`,
      ),
      nextOwner: ground.requester,
      actionsTaken: [`Asked the requester what ${decision.actor} wants to know`],
      events: [humanEvent(decision, 'Message', { returned: true })],
      outgoing: [replyToRequester(ground, askedBack(by, decision.note))],
      escalation: null,
    };
    await record(run, { outcome, settles: { decision, state: 'applied' } });
  }

  async function approve(run: Run, decision: HumanDecision): Promise<void> {
    const { leased, people, requester, ground, trail, signal } = run;
    const { request } = leased;
    const caseFile = request.case_file ?? emptyCase;
    const owner = decision.owner ?? caseFile.proposal?.owner ?? null;
    const found = foundSoFar(run);
    if (owner === null)
      return refuseApproval(run, decision, 'The approval names no owner, and nothing was proposed.');
    for (let checks = 1; ; checks += 1) {
      const check = await tools.drive(
        recheckApproval({
          now: clock.now(),
          timeZone,
          crms,
          people,
          messages: leased.incoming.map(({ author, text }) => ({ author, text })),
          caseFile,
          requester,
          targetRecord: request.target_record,
          owner,
        }),
        trail,
        signal,
      );
      if (check.kind === 'impossible') return refuseApproval(run, decision, check.problem);
      if (check.kind === 'unreachable') {
        const problem = `The approval could not be applied: ${check.problem}`;
        return recordFailure(run, { found, situation: null, problem }, decision);
      }
      if (check.kind === 'stale') {
        const rules = check.situation?.rules;
        const isGiven = rules?.kind === 'owner' || rules?.kind === 'pool';
        const policy = check.caseFile.quotes.map(({ pageId, version }) => `${pageId}@${version}`);
        const stale: Found = {
          ...found,
          caseFile: check.caseFile,
          rationale: check.rationale,
          rule: isGiven ? rules.ruleId : null,
          policy: policy.length > 0 ? policy : found.policy,
          leadLabel: check.caseFile.target ? leadLabel(check.caseFile.target) : found.leadLabel,
        };
        const outcome = escalate(ground, stale, {
          reason: 'stale_decision',
          responsible: sameResponsible(request),
          tellsRequester: false,
        });
        outcome.events.unshift(
          humanEvent(decision, 'Message', { not_applied: 'stale_decision', changed: check.caseFile.changed }),
        );
        return record(run, { outcome, settles: { decision, state: 'stale' } });
      }
      const plan: OpenPlan = { owner, found, readThrough: run.readThrough, decision: decision.ordinal };
      const intents = await db.transaction((tx) => storePlan(tx, run, plan, check.changes));
      const applied = await apply(run, { plan, intents });
      if (applied.kind === 'done') return recordApproval(run, plan, decision, applied.intents);
      const { situation } = check;
      if (applied.kind === 'failed')
        return recordFailure(run, { found, situation, problem: applied.problem }, decision);
      // The record changed between the check and the write: the next check finds what, or nothing that matters.
      if (checks >= maximumJudgements) {
        const problem = 'The record kept changing while the approval was being applied.';
        return recordFailure(run, { found, situation, problem }, decision);
      }
    }
  }

  async function recordApproval(
    run: Run,
    plan: OpenPlan,
    decision: HumanDecision,
    intents: readonly Intent[],
  ): Promise<void> {
    const { ground, people } = run;
    const { owner, found } = plan;
    const by = displayName(people, decision.actor);
    const label = found.leadLabel ?? 'the lead';
    const names = { leadLabel: label, owner: displayName(people, owner), approvedBy: by };
    const reply =
      intents.length === 0
        ? approvedUnchanged(names)
        : outcomeReply({ ...names, previous: previousOwnerName(people, intents), rule: found.rule });
    const words = sentence(`${by} approved ${owner}${noteOf(decision)}`);
    const outcome: Outcome = {
      ...found,
      status: 'Completed',
      decision: 'Approved',
      reason: null,
      rationale: `${words} ${found.rationale}`.trim(),
      nextOwner: owner,
      actionsTaken: [`Recorded the approval by ${decision.actor}`, ...intents.map(actionWords)],
      events: [humanEvent(decision, 'Approval', { owner })],
      outgoing: [replyToRequester(ground, reply)],
      escalation: null,
    };
    const corrections = {
      intents,
      reason: `${words} Escalated as ${run.leased.request.reason ?? 'exception'}.`,
    };
    await record(run, { outcome, corrections, settles: { decision, state: 'applied' } });
  }

  /** An approval that cannot be carried out as it is: the case stays with the approver, who is told why. */
  async function refuseApproval(run: Run, decision: HumanDecision, problem: string): Promise<void> {
    const { leased, ground, trail, readThrough } = run;
    const { request, lease } = leased;
    const at = clock.now();
    const text = decisionNotApplied(problem);
    const message = messageToApprover(ground, { to: decision.actor, what: 'not-applied', text, card: null });
    await db.transaction(async (tx) => {
      await updateUnderLease(tx, lease, {
        version: nextVersion(request),
        updated_at: at.toISOString(),
        read_through: readThrough,
        lease_until: null,
        lease_holder: null,
      });
      await settleDecision(tx, decision, 'impossible', at);
      await insertOutgoing(tx, [message], agentName, at);
      await jobs.enqueue(
        tx,
        'deliver-messages',
        { requestId: request.request_id },
        { key: request.request_id },
      );
      const event = humanEvent(decision, 'Message', { not_applied: problem });
      await appendAudit(tx, [...toolCallEvents(request.request_id, trail), event], at);
    });
  }

  // ── taking up what a dead runner left ──────────────────────────────────────────────────────────────────────

  /** True where the writes of the run before had begun and are now finished and recorded. */
  async function resume(run: Run): Promise<boolean> {
    const { leased, trail, signal } = run;
    const plan = leased.request.open_plan as OpenPlan;
    const done: Intent[] = [];
    const open: Intent[] = [];
    for (const intent of leased.openIntents) {
      const state = await writer.lookUp(intent, trail, signal);
      (state === 'done' ? done : open).push(intent);
    }
    log.warn(
      { requestId: leased.request.request_id, done: done.length, open: open.length },
      'A run before this one was cut off while it wrote; taking up what it left',
    );
    if (done.length === 0) {
      await giveUp(run, plan, done);
      return false;
    }
    const applied = await apply(run, { plan, intents: open }, done);
    if (applied.kind === 'again') return false;
    const asThen = { ...run, readThrough: plan.readThrough };
    const decision = leased.pendingDecision?.ordinal === plan.decision ? leased.pendingDecision : null;
    if (applied.kind === 'failed')
      await recordFailure(asThen, { found: plan.found, situation: null, problem: applied.problem }, decision);
    else if (decision) await recordApproval(asThen, plan, decision, applied.intents);
    else await recordCorrection(asThen, plan, applied.intents);
    return true;
  }

  // ── follow-ups to an escalated case ────────────────────────────────────────────────────────────────────────

  /** Whether the requester has written, since the case is with an approver and before one decided, that it is off. */
  async function isTakenBack(run: Run): Promise<boolean> {
    const { leased, ground } = run;
    const { request, incoming, pendingDecision } = leased;
    const mine = incoming.filter(
      ({ ordinal, author, created_at }) =>
        ordinal > request.read_through &&
        author === ground.requester &&
        (pendingDecision === null || created_at <= pendingDecision.created_at),
    );
    if (mine.length === 0) return false;
    const reading = await tools.drive(
      ask('read_language', {
        messages: mine.map(({ author, text }) => ({ author, text })),
        targetRecord: null,
        requester: ground.requester,
        knownNames: [],
      }),
      run.trail,
      run.signal,
    );
    return reading.isOk && reading.value.isWithdrawn;
  }

  /** Closes an escalated case that its requester took back; whoever was to decide, or did too late, is told. */
  async function withdraw(run: Run): Promise<void> {
    const { leased, ground } = run;
    const { request, pendingDecision: decision } = leased;
    const found = { ...foundSoFar(run), rationale: 'The requester took the request back.' };
    const outcome = outcomeOf(run, { kind: 'withdraw', ...found });
    const text = decisionOvertaken(request.request_id);
    for (const to of new Set([request.approver, decision?.actor ?? null])) {
      if (to !== null)
        outcome.outgoing.push(messageToApprover(ground, { to, what: 'withdrawn', text, card: null }));
    }
    if (!decision) return record(run, { outcome });
    outcome.events.unshift(humanEvent(decision, 'Message', { not_applied: 'withdrawn' }));
    return record(run, { outcome, settles: { decision, state: 'impossible' } });
  }

  /** What else is said while the case is with an approver is kept with it. */
  async function keepFollowUp({ leased, readThrough }: Run): Promise<void> {
    await updateUnderLease(db.kysely, leased.lease, {
      read_through: readThrough,
      lease_until: null,
      lease_holder: null,
    });
  }

  /** A message that came in while the case was being finished opens a request of its own. */
  async function openFollowUp({ leased, readThrough, requester }: Run): Promise<void> {
    const { request, lease, incoming } = leased;
    const unread = incoming.filter(({ ordinal }) => ordinal > request.read_through);
    await db.transaction(async (tx) => {
      await updateUnderLease(tx, lease, { read_through: readThrough, lease_until: null, lease_holder: null });
      await createRequest(tx, jobs, {
        source: request.source,
        requester: requester?.email ?? null,
        requesterChat: request.requester_chat,
        requesterName: requester?.name ?? null,
        text: unread.map(({ text }) => text).join('\n'),
        channel: request.channel,
        thread: request.thread,
        refersTo: request.request_id,
        at: clock.now(),
      });
    });
  }

  return { run };
}

// ── words and small parts ──────────────────────────────────────────────────────────────────────────────────────

/** What was found before, for an outcome that a human gives. */
function foundSoFar({ leased }: Run): Found {
  const { request } = leased;
  return {
    priority: request.priority,
    rationale: request.rationale ?? '',
    caseFile: request.case_file ?? emptyCase,
    policy: request.policy,
    rule: request.rule,
    leadLabel: request.lead_label,
  };
}

function sameResponsible(request: LeasedCase['request']): Responsible | null {
  if (request.approver === null) return null;
  return {
    approver: request.approver,
    delegate: request.delegate,
    windowMs: request.review_window_ms ?? 0,
  };
}

function humanEvent(
  decision: HumanDecision,
  event_type: 'Approval' | 'Rejection' | 'Message',
  more: Record<string, unknown>,
) {
  return {
    request_id: decision.request_id,
    actor: decision.actor,
    event_type,
    details: { action: decision.action, note: decision.note, via: decision.via, ...more },
  };
}

const noteOf = ({ note }: HumanDecision): string => (note === null ? '' : `: ${note}`);

const actionWords = (intent: Intent): string =>
  `Changed the owner of ${intent.system === 'salesforce' ? 'Salesforce lead' : 'HubSpot contact'} ${intent.record} from ${intent.previous_owner ?? 'nobody'} to ${intent.new_owner}`;

function previousOwnerName(people: readonly Person[], intents: readonly Intent[]): string | null {
  const previous = intents[0]?.previous_owner ?? null;
  return previous === null ? null : displayName(people, previous);
}
