import { agentName } from '../../../shared/model/request.ts';
import { appendAudit } from '../store/audit.ts';
import { type DeliveryOptions, deliverMessages } from './deliver-messages.ts';

/** Close Request Audit: sends the requester what is left to say, then writes the final event, once. */
export async function closeRequest(
  options: DeliveryOptions,
  requestId: string,
  signal: AbortSignal,
): Promise<void> {
  await deliverMessages(options, requestId, signal);
  const { db, clock } = options;
  await db.transaction(async (tx) => {
    const request = await tx
      .selectFrom('requests')
      .select(['is_final', 'status', 'decision', 'reason', 'next_owner', 'closed_at', 'output'])
      .where('request_id', '=', requestId)
      .forUpdate()
      .executeTakeFirst();
    if (!request?.is_final) return;
    const closure = await tx
      .selectFrom('audit_log')
      .select('event_id')
      .where('request_id', '=', requestId)
      .where('event_type', '=', 'Closure')
      .executeTakeFirst();
    if (closure) return;
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
