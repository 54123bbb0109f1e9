import { agentName } from '../../../shared/model/request.ts';
import { decisionCard } from '../agent/decision-card.ts';
import { displayName, messageToApprover } from '../agent/outcome.ts';
import { delegated, reminder } from '../agent/outcome-replies.ts';
import type { Clock } from '../ports.ts';
import type { Db } from '../store/db.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertOutgoing } from '../store/messages.ts';
import { listPeople } from '../store/people.ts';
import { lockRequest } from '../store/requests.ts';
import type { Queues } from './queues.ts';

export interface ReminderOptions {
  db: Db;
  jobs: Pick<Jobs<Queues>, 'enqueue'>;
  clock: Clock;
}

/**
 * Escalation Reminder: when the review window passes the approver is reminded; when it passes again the delegate is
 * added and the case shows as overdue. A case that was decided, or escalated anew, meanwhile is left alone.
 */
export async function remindOfEscalation(
  { db, jobs, clock }: ReminderOptions,
  job: Queues['escalation-reminder'],
): Promise<void> {
  const { requestId, escalatedVersion } = job;
  await db.transaction(async (tx) => {
    const request = await lockRequest(tx, requestId);
    const { due_at, review_window_ms: windowMs, approver, case_file } = request ?? {};
    if (!request || !due_at || !windowMs || !approver) return;
    if (request.status !== 'Escalated' || request.escalated_version !== escalatedVersion) return;
    const at = clock.now();
    const earlyMs = Date.parse(due_at) - at.getTime();
    if (earlyMs > 0) {
      await jobs.enqueue(tx, 'escalation-reminder', job, { startAfterMs: earlyMs });
      return;
    }
    const people = await listPeople(tx);
    const ground = { request, requester: request.requester, people };
    const isFirst = request.reminders === 0;
    const to = isFirst ? approver : (request.delegate ?? approver);
    const card =
      isFirst || !case_file || !request.reason
        ? null
        : decisionCard({
            requestId,
            version: escalatedVersion,
            summary: request.summary,
            requesterName: displayName(people, request.requester),
            reason: request.reason,
            priority: request.priority,
            rationale: request.rationale ?? '',
            leadLabel: request.lead_label,
            caseFile: case_file,
          });
    const text = isFirst
      ? reminder(requestId, request.lead_label)
      : delegated(requestId, displayName(people, approver));
    const what = isFirst ? 'reminder' : 'delegate';
    await tx
      .updateTable('requests')
      .set({
        reminders: request.reminders + 1,
        is_overdue: !isFirst,
        version: request.version + 1,
        updated_at: at.toISOString(),
        ...(isFirst ? { due_at: new Date(at.getTime() + windowMs).toISOString() } : {}),
      })
      .where('request_id', '=', requestId)
      .execute();
    await insertOutgoing(tx, [messageToApprover(ground, { to, what, text, card })], agentName, at);
    await jobs.enqueue(tx, 'deliver-messages', { requestId }, { key: requestId });
    if (isFirst) await jobs.enqueue(tx, 'escalation-reminder', job, { startAfterMs: windowMs });
  });
}
