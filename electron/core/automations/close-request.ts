import { agentName } from '../../../shared/model/request.ts';
import { appendAudit } from '../store/audit.ts';
import { holdRequest } from '../store/requests.ts';
import type { ChatWork } from './chat-work.ts';
import { deliverMessages } from './deliver-messages.ts';

/** Close Request Audit: sends the requester what is left to say, then writes the final event, once. */
export async function closeRequest(options: ChatWork, requestId: string, signal: AbortSignal): Promise<void> {
  await deliverMessages(options, requestId, signal);
  const { db, clock } = options;
  await db.transaction(async (tx) => {
    const held = await holdRequest(tx, requestId);
    if (!held?.is_final || held.isClosed) return;
    const request = await tx
      .selectFrom('requests')
      .select(['status', 'decision', 'reason', 'next_owner', 'closed_at', 'output'])
      .where('request_id', '=', requestId)
      .executeTakeFirstOrThrow();
    const { status, decision, reason, next_owner, closed_at, output } = request;
    const details = {
      status,
      decision,
      reason,
      next_owner,
      closed_at,
      actions_taken: output?.actions_taken ?? [],
    };
    const event = { request_id: requestId, actor: agentName, event_type: 'Closure' as const, details };
    await appendAudit(tx, [event], clock.now());
  });
}
