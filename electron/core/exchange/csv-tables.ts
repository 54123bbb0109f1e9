/**
 * The room where the store's tables go out of the program and come in: both tables of the brief as CSV, and the people
 * and the routing of a workspace as JSON. In our own form a CSV file has the brief's columns in the brief's order and
 * its quotes: free text is always quoted, so that empty text (`""`) is told from none at all.
 */
export type CsvTableName = 'requests' | 'audit';

export const requestColumns = [
  'request_id',
  'requester',
  'summary',
  'target_record',
  'status',
  'priority',
  'decision',
  'rationale',
  'created_at',
  'closed_at',
] as const;

export const auditColumns = [
  'event_id',
  'request_id',
  'actor',
  'event_type',
  'details',
  'created_at',
] as const;

export const quotedColumns: readonly string[] = ['summary', 'target_record', 'rationale', 'details'];
