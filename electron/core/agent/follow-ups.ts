import { createRequest } from '../automations/create-request.ts';
import { updateUnderLease } from '../store/requests.ts';
import { outcomeOf } from './judged-outcome.ts';
import { humanEvent, messageToApprover } from './outcome.ts';
import { decisionOvertaken } from './outcome-replies.ts';
import { recordOutcome } from './record-outcome.ts';
import { foundSoFar, type Run, spokenIn } from './run.ts';
import { ask } from './tool-calls.ts';

/** What is said about a request that is with an approver, or over. */

/** Whether the requester has written, since the case is with an approver and before one decided, that it is off. */
export async function isTakenBack({ parts, leased, ground, trail, signal }: Run): Promise<boolean> {
  const { request, incoming, pendingDecision } = leased;
  const mine = incoming.filter(
    ({ ordinal, author, created_at }) =>
      ordinal > request.read_through &&
      author === ground.requester &&
      (pendingDecision === null || created_at <= pendingDecision.created_at),
  );
  if (mine.length === 0) return false;
  const reading = await parts.tools.drive(
    ask('read_language', {
      messages: spokenIn(mine),
      targetRecord: null,
      requester: ground.requester,
      knownNames: [],
    }),
    trail,
    signal,
  );
  return reading.isOk && reading.value.isWithdrawn;
}

/** Closes an escalated case that its requester took back; whoever was to decide, or did too late, is told. */
export async function withdraw(run: Run): Promise<void> {
  const { leased, ground } = run;
  const { request, pendingDecision: decision } = leased;
  const found = { ...foundSoFar(run), rationale: 'The requester took the request back.' };
  const outcome = outcomeOf(ground, { kind: 'withdraw', ...found });
  const text = decisionOvertaken(request.request_id);
  for (const to of new Set([request.approver, decision?.actor ?? null])) {
    if (to !== null)
      outcome.outgoing.push(messageToApprover(ground, { to, what: 'withdrawn', text, card: null }));
  }
  if (!decision) return recordOutcome(run, { outcome });
  outcome.events.unshift(humanEvent(decision, 'Message', { not_applied: 'withdrawn' }));
  return recordOutcome(run, { outcome, settles: { decision, state: 'impossible' } });
}

/** What else is said while the case is with an approver is kept with it. */
export async function keepFollowUp({ parts, leased, readThrough }: Run): Promise<void> {
  await updateUnderLease(parts.db.kysely, leased.lease, {
    read_through: readThrough,
    lease_until: null,
    lease_holder: null,
  });
}

/** A message that came in while the case was being finished opens a request of its own. */
export async function openFollowUp({ parts, leased, readThrough, requester }: Run): Promise<void> {
  const { request, lease, incoming } = leased;
  const unread = incoming.filter(({ ordinal }) => ordinal > request.read_through);
  await parts.db.transaction(async (tx) => {
    await updateUnderLease(tx, lease, { read_through: readThrough, lease_until: null, lease_holder: null });
    await createRequest(tx, parts.jobs, {
      source: request.source,
      requester: requester?.email ?? null,
      requesterChat: request.requester_chat,
      requesterName: requester?.name ?? null,
      text: unread.map(({ text }) => text).join('\n'),
      channel: request.channel,
      thread: request.thread,
      refersTo: request.request_id,
      at: parts.clock.now(),
    });
  });
}
