import type { Kysely } from 'kysely';
import type { RequestDetail } from '../../../shared/contract/contract.ts';
import { auditOfRequest } from './audit.ts';
import { listRoutingAudit } from './routing-audit.ts';
import type { Database } from './tables.ts';
import { findRequestRow } from './test-queue.ts';

/** What a desk's copy is held to in tests: everything that is stored about a request, or undefined; what the reader may do is not the store's to say. */
export async function readRequestDetail(
  db: Kysely<Database>,
  requestId: string,
): Promise<Omit<RequestDetail, 'mayDecide' | 'mayNotDecideBecause' | 'names'> | undefined> {
  const [request, more, messages, attachments, audit, routingAudit] = await Promise.all([
    findRequestRow(db, requestId),
    db
      .selectFrom('requests')
      .select(['case_file', 'output'])
      .where('request_id', '=', requestId)
      .executeTakeFirst(),
    db
      .selectFrom('messages')
      .select([
        'message_id',
        'request_id',
        'direction',
        'audience',
        'author',
        'author_name',
        'text',
        'source',
        'created_at',
        'sent_at',
      ])
      .where('request_id', '=', requestId)
      .orderBy('ordinal')
      .execute(),
    db
      .selectFrom('attachments')
      .select(['attachment_id', 'request_id', 'name', 'media_type', 'size_bytes as sizeBytes', 'created_at'])
      .where('request_id', '=', requestId)
      .orderBy('created_at')
      .execute(),
    auditOfRequest(db, requestId),
    listRoutingAudit(db, requestId),
  ]);
  if (!request || !more) return undefined;
  return { request, case: more.case_file, output: more.output, messages, attachments, audit, routingAudit };
}
