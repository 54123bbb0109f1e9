import type { Db } from '../../electron/core/store/db.ts';

/** Who sees everything, and who asks. */
export const viewer = 'ops@bench.example';
const requesterCount = 500;

const summaries = [
  'The lead from the spring webinar is with the wrong team, it belongs to the north',
  'Please move this record, the company has had an owner of its own since last year',
  'Two people work on the same lead and the customer has asked who is responsible',
];
const rationales = [
  'Rule TR-12 gives the territory of the lead to this owner; policy LRP-001 allows the change',
  'The account is strategic, and policy LRP-004 asks for a decision by its approver',
];

const oneOf = (texts: readonly string[]) =>
  `(array[${texts.map((text) => `'${text}'`).join(', ')}])[1 + n % ${texts.length}]`;

/** Every fiftieth request has a case file, as long as real ones are. */
const caseFile = `case when n % 50 = 0 then jsonb_build_object('facts', repeat('a fact of the lead, ', 100)) end`;

const perStatement = 50_000;

/** Fills an empty store with requests of every state, most of them finished, as years leave them behind. */
export async function makeRequests(
  db: Db,
  count: number,
  status: 'mixed' | 'Escalated' = 'mixed',
): Promise<void> {
  const { pool } = db;
  await pool.query(
    `insert into people (email, name, roles)
     select 'person' || n || '@bench.example', 'Person Number ' || n, array['requester'] from generate_series(1, $1) n
     union all select $2, 'Ops', array['ops_manager']`,
    [requesterCount, viewer],
  );
  // An announcement for each of a million rows of one transaction is nothing that any program makes.
  await pool.query('alter table requests disable trigger requests_are_announced');
  const states =
    status === 'mixed'
      ? `(array['Completed', 'Completed', 'Completed', 'Rejected', 'Closed', 'Escalated', 'Waiting'])[1 + n % 7]`
      : `'Escalated'`;
  for (let from = 1; from <= count; from += perStatement) {
    await pool.query(
      `insert into requests (request_id, requester, summary, target_record, lead_label, status, priority, decision,
         rationale, current_owner, next_owner, reason, approver, rule, policy, source, case_file, created_at, updated_at,
         closed_at, version, escalated_version)
       select 'REV-' || n, 'person' || 1 + n % ${requesterCount} || '@bench.example', ${oneOf(summaries)} || ' (' || n || ')',
         'lead' || n || '@company' || n % 9000 || '.example', 'Lead ' || n || ', Company ' || n % 9000, ${states},
         (array['Low', 'Medium', 'High'])[1 + n % 3], 'Approved', ${oneOf(rationales)},
         'person' || 1 + n % 40 || '@bench.example', 'person' || 1 + n % 50 || '@bench.example', 'data_conflict',
         $3, 'TR-' || n % 500, array['LRP-001'], (array['slack', 'form'])[1 + n % 2], ${caseFile},
         timestamptz '2024-01-01Z' + n * interval '1 minute', timestamptz '2024-01-02Z' + n * interval '1 minute',
         case when n % 7 < 5 then timestamptz '2024-01-02Z' + n * interval '1 minute' end, 3, 2
       from generate_series($1::int, $2::int) n`,
      [from, Math.min(count, from + perStatement - 1), viewer],
    );
  }
  await pool.query('alter table requests enable trigger requests_are_announced');
  await pool.query('vacuum analyze');
}
