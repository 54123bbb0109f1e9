import { sql } from 'kysely';
import { agentName } from '../../../shared/model/request.ts';
import { replyToRequester } from '../agent/outcome.ts';
import { noAnswer } from '../agent/replies.ts';
import { appendAudit } from '../store/audit.ts';
import { insertOutgoing } from '../store/messages.ts';
import { listPeople } from '../store/people.ts';
import { lockRequest } from '../store/requests.ts';
import type { ReminderOptions } from './escalation-reminder.ts';
import { type Queues, unansweredAfterMs } from './queues.ts';

/** Closes a request whose requester has been silent too long. One that moved on meanwhile is left alone. */
export async function closeUnanswered(
  { db, jobs, clock }: ReminderOptions,
  job: Queues['close-unanswered'],
): Promise<void> {
  const { requestId, version } = job;
  await db.transaction(async (tx) => {
    const request = await lockRequest(tx, requestId);
    if (request?.status !== 'Waiting' || request.version !== version) return;
    const at = clock.now();
    const earlyMs = Date.parse(request.updated_at) + unansweredAfterMs - at.getTime();
    if (earlyMs > 0) {
      await jobs.enqueue(tx, 'close-unanswered', job, { startAfterMs: earlyMs });
      return;
    }
    const ground = { request, requester: request.requester, people: await listPeople(tx) };
    const rationale = `Nobody answered the question of ${request.updated_at.slice(0, 10)}.`;
    const output = {
      request_id: requestId,
      status: 'Closed',
      decision: 'Cancelled',
      rationale,
      next_owner: null,
      actions_taken: ['Closed the request, because there was no answer'],
    };
    await tx
      .updateTable('requests')
      .set({
        status: 'Closed',
        decision: 'Cancelled',
        reason: 'no_answer',
        rationale,
        current_owner: null,
        next_owner: null,
        output: JSON.stringify(output),
        closed_at: at.toISOString(),
        updated_at: at.toISOString(),
        version: sql`version + 1`,
      })
      .where('request_id', '=', requestId)
      .execute();
    await insertOutgoing(tx, [replyToRequester(ground, noAnswer)], agentName, at);
    await jobs.enqueue(tx, 'close-request', { requestId }, { key: requestId });
    const details = { decision: 'Cancelled', reason: 'no_answer', rationale };
    await appendAudit(tx, [{ request_id: requestId, actor: agentName, event_type: 'Decision', details }], at);
  });
}
