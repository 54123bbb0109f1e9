import type { Kysely } from 'kysely';
import type { RoutingAuditRow } from '../../../shared/model/audit.ts';
import type { Intent } from './requests.ts';
import type { Database } from './tables.ts';

const columns = [
  'routing_audit_id',
  'request_id',
  'system',
  'record',
  'previous_owner',
  'new_owner',
  'rule',
  'reason',
  'created_at',
] as const;

/** Records corrected owners, once for each intent, in the caller's transaction. */
export async function insertRoutingAudit(
  db: Kysely<Database>,
  intents: readonly Intent[],
  about: { rule: string | null; reason: string; at: Date },
): Promise<void> {
  if (intents.length === 0) return;
  await db
    .insertInto('routing_audit')
    .values(
      intents.map((intent) => ({
        routing_audit_id: `RTA-${intent.intent_id}`,
        request_id: intent.request_id,
        system: intent.system,
        record: intent.record,
        previous_owner: intent.previous_owner,
        new_owner: intent.new_owner,
        rule: about.rule,
        reason: about.reason,
        created_at: about.at.toISOString(),
        intent_id: intent.intent_id,
      })),
    )
    .onConflict((conflict) => conflict.column('intent_id').doNothing())
    .execute();
}

/** Corrected owners, oldest first; of one request where one is named. */
export function listRoutingAudit(db: Kysely<Database>, requestId?: string): Promise<RoutingAuditRow[]> {
  let query = db.selectFrom('routing_audit').select(columns).orderBy('ordinal');
  if (requestId !== undefined) query = query.where('request_id', '=', requestId);
  return query.execute();
}
