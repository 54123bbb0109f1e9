import type { RequestDetail } from '../../../shared/contract/contract.ts';
import type { AuditEvent, RoutingAuditRow } from '../../../shared/model/audit.ts';
import type {
  AgentOutput,
  Attachment,
  CaseFile,
  Message,
  RequestRow,
} from '../../../shared/model/request.ts';
import type { Viewer } from './cache.ts';
import { decodeValue, syncedColumns } from './columns.ts';
import { decodeRow, type StoredRow } from './decode-row.ts';
import type { PeopleReader } from './people-reader.ts';
import type { RequestClasses } from './request-classes.ts';
import type { Sqlite } from './sqlite.ts';

/** Kept in the request's own row and shown in lists. */
const shownColumns = [
  'request_id',
  'requester',
  'summary',
  'business_justification',
  'target_system_or_record',
  'target_record',
  'lead_label',
  'decision',
  'rationale',
  'current_owner',
  'next_owner',
  'approver',
  'delegate',
  'rule',
  'policy',
  'due_at',
  'created_at',
  'updated_at',
  'closed_at',
  'version',
  'refers_to',
  'has_pending_decision',
] as const;

const messageColumns = [
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
] as const;
const attachmentColumns = [
  'attachment_id',
  'request_id',
  'name',
  'media_type',
  'sizeBytes',
  'created_at',
] as const;
const auditColumns = ['event_id', 'request_id', 'actor', 'event_type', 'details', 'created_at'] as const;
const routingAuditColumns = [
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

export interface RequestReader {
  /** The rows of these ordinals, in their order. */
  rows(ordinals: readonly number[]): RequestRow[];
  row(requestId: string, viewer: Viewer): RequestRow | null;
  detail(requestId: string, viewer: Viewer): Omit<RequestDetail, 'mayDecide' | 'mayNotDecideBecause'> | null;
}

/** Reads requests; `waiting` tells which of some requests have something that waits to be sent. */
export function createRequestReader(options: {
  db: Sqlite;
  classes: RequestClasses;
  people: PeopleReader;
  waiting: (requestIds: readonly string[]) => ReadonlySet<string>;
}): RequestReader {
  const { db, classes, people, waiting } = options;
  const byOrdinals = db.prepare<[string], StoredRow>(
    `select r.class, p.name as requester_name, ${shownColumns.map((name) => `r.${name}`).join(', ')}
     from json_each(?) cross join requests r on r.ordinal = value left join people p on p.email = r.requester`,
  );
  const ordinalOf = db.prepare<[string], number>('select ordinal from requests where request_id = ?').pluck();
  const caseOf = db.prepare<[number], StoredRow>(
    'select case_file, output from request_cases where ordinal = ?',
  );
  const belongings = (table: string, columns: readonly string[], order: string) =>
    db.prepare<[string], StoredRow>(
      `select ${columns.join(', ')} from ${table} where request_id = ? order by ${order}`,
    );
  const messages = belongings('messages', messageColumns, 'ordinal');
  const attachments = belongings('attachments', attachmentColumns, 'created_at, attachment_id');
  const audit = belongings('audit_log', auditColumns, 'ordinal');
  const routingAudit = belongings('routing_audit', routingAuditColumns, 'ordinal');

  function toRow(stored: StoredRow, waits: ReadonlySet<string>): RequestRow {
    const its = classes.byId(Number(stored.class));
    if (!its) throw new Error(`${stored.request_id} is of the unknown class ${stored.class}`);
    return {
      ...decodeRow<Pick<RequestRow, (typeof shownColumns)[number]>>(
        syncedColumns.requests,
        shownColumns,
        stored,
      ),
      requester_name: stored.requester_name as string | null,
      status: its.status,
      priority: its.priority,
      reason: its.reason,
      source: its.source,
      is_overdue: its.isOverdue,
      waits_to_be_sent: waits.has(String(stored.request_id)),
    };
  }

  function rows(ordinals: readonly number[]): RequestRow[] {
    const stored = byOrdinals.all(JSON.stringify(ordinals));
    const waits = waiting(stored.map(({ request_id }) => String(request_id)));
    return stored.map((one) => toRow(one, waits));
  }

  function find(requestId: string, viewer: Viewer): { ordinal: number; request: RequestRow } | null {
    const ordinal = ordinalOf.get(requestId);
    const request = ordinal === undefined ? undefined : rows([ordinal])[0];
    const maySee =
      viewer.access === 'all' || (viewer.access === 'own' && request?.requester === viewer.email);
    return ordinal !== undefined && request && maySee ? { ordinal, request } : null;
  }

  return {
    rows,
    row: (requestId, viewer) => find(requestId, viewer)?.request ?? null,
    detail(requestId, viewer) {
      const found = find(requestId, viewer);
      if (!found) return null;
      const more = caseOf.get(found.ordinal) ?? {};
      const read = <Row>(
        statement: typeof messages,
        table: 'messages' | 'attachments' | 'audit_log' | 'routing_audit',
        names: readonly string[],
      ): Row[] =>
        statement.all(requestId).map((stored) => decodeRow<Row>(syncedColumns[table], names, stored));
      return {
        request: found.request,
        case: decodeValue('json', more.case_file ?? null) as CaseFile | null,
        output: decodeValue('json', more.output ?? null) as AgentOutput | null,
        messages: read<Message>(messages, 'messages', messageColumns),
        attachments: read<Attachment>(attachments, 'attachments', attachmentColumns),
        audit: read<AuditEvent>(audit, 'audit_log', auditColumns),
        routingAudit: read<RoutingAuditRow>(routingAudit, 'routing_audit', routingAuditColumns),
        names: Object.fromEntries(people.all().map(({ email, name }) => [email, name])),
      };
    },
  };
}
