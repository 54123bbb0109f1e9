import { existsSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { type AuditEventType, auditEventTypes } from '../../../shared/model/audit.ts';
import { decisions, priorities, statuses } from '../../../shared/model/request.ts';
import { importAudit, verifyAudit } from '../store/audit.ts';
import { type Db, openDatabase } from '../store/db.ts';
import { createTestDatabase, silentLog } from '../store/test-database.ts';
import { auditColumns, type CsvTableName, requestColumns } from './csv-tables.ts';
import { exportCsv } from './export-csv.ts';
import { importCsv } from './import-csv.ts';

const at = new Date('2026-06-01T12:00:00.000Z');

async function inEmptyStore<Result>(work: (db: Db) => Promise<Result>): Promise<Result> {
  const database = await createTestDatabase();
  const db = await openDatabase({ url: database.url, applicationName: 'tests', log: silentLog });
  try {
    return await work(db);
  } finally {
    await db.close();
    await database.drop();
  }
}

async function exported(db: Db, table: CsvTableName): Promise<string> {
  const output = new PassThrough();
  const text = readText(output);
  await exportCsv(db, table, output);
  output.end();
  return text;
}

const importText = (db: Db, text: string) =>
  importCsv(db, {
    file: (async function* () {
      yield text;
    })(),
    isStrict: true,
    at,
  });

async function rowsOf(db: Db) {
  const requests = await db.kysely
    .selectFrom('requests')
    .select(requestColumns)
    .orderBy(sql`request_id collate "C"`)
    .execute();
  const { rows: events } = await sql`
    select ${sql.join(auditColumns.map((column) => sql.ref(column)))}, details::text as details_text
    from audit_log order by ordinal`.execute(db.kysely);
  return { requests, events };
}

/** What CSV, Postgres or a spreadsheet might trip over, among ordinary characters. */
const Text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ' a ',
    '\t',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    '=1+1',
    '@a',
    '\uFEFF',
    'é',
    'é',
    '👩‍🚀',
    '\\',
    "'",
  ),
  fc
    .array(fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', '0', 'ß', '漢', '😀', '\u2028', '\\N', '=', ';'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\u0000', '')),
);
const Instant = fc
  .date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const Id = (prefix: string) =>
  fc.oneof(
    fc.integer({ min: 1, max: 5000 }).map((number) => `${prefix}-${number}`),
    fc.constantFrom('0', ' id, "quoted" ', 'REV-007', 'événement'),
  );
const Request = fc.record({
  request_id: Id('REV'),
  requester: fc.option(fc.constantFrom('emma.clarke@example.com', '=x+"y"@example.com')),
  summary: Text,
  target_record: fc.option(Text),
  status: fc.constantFrom(...statuses),
  priority: fc.constantFrom(...priorities),
  decision: fc.option(fc.constantFrom(...decisions)),
  rationale: fc.option(Text),
  created_at: Instant,
  closed_at: fc.option(Instant),
});
const Details = fc
  .tuple(fc.dictionary(Text, fc.oneof(fc.jsonValue(), Text)), fc.constantFrom(undefined, 1, '\t'))
  .map(([details, indent]) => JSON.stringify(details, null, indent))
  .filter((text) => !text.includes('\\u0000'));
const AuditRow = fc.record({
  event_id: Id('EVT'),
  actor: Text.filter((text) => text !== ''),
  // A request takes one Closure only.
  event_type: fc.constantFrom(
    ...auditEventTypes.filter((type) => type !== 'Closure'),
  ) as fc.Arbitrary<AuditEventType>,
  details: Details,
  created_at: Instant,
});
const Store = fc.record({
  requests: fc.uniqueArray(Request, {
    selector: ({ request_id }) => request_id,
    minLength: 1,
    maxLength: 12,
  }),
  events: fc.uniqueArray(AuditRow, { selector: ({ event_id }) => event_id, maxLength: 12 }),
});

async function fill(
  db: Db,
  { requests, events }: typeof Store extends fc.Arbitrary<infer Value> ? Value : never,
) {
  await db.kysely
    .insertInto('requests')
    .values(
      requests.map((request) => ({ ...request, source: 'form' as const, updated_at: request.created_at })),
    )
    .execute();
  const requestId = requests[0]?.request_id ?? '';
  await importAudit(
    db.kysely,
    events.map((event) => ({
      event: { ...event, request_id: requestId, details: JSON.parse(event.details) },
      detailsText: event.details,
    })),
  );
}

it('what is exported and imported elsewhere is there as it was, and is exported as the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(Store, async (content) => {
      const before = await inEmptyStore(async (db) => {
        await fill(db, content);
        return {
          rows: await rowsOf(db),
          requests: await exported(db, 'requests'),
          audit: await exported(db, 'audit'),
        };
      });
      const after = await inEmptyStore(async (db) => {
        await importText(db, before.requests);
        await importText(db, before.audit);
        expect(await verifyAudit(db.kysely)).toMatchObject({ isValid: true, events: content.events.length });
        return {
          rows: await rowsOf(db),
          requests: await exported(db, 'requests'),
          audit: await exported(db, 'audit'),
        };
      });
      expect(after).toEqual(before);
    }),
    { numRuns: 25 },
  );
}, 120_000);

const briefFile = new URL('../../../../shared/brief/lead-routing-exception-handling.txt', import.meta.url);

it.runIf(existsSync(briefFile))("the brief's own rows come out as they went in", async () => {
  const brief = readFileSync(briefFile, 'utf8');
  const cut = (from: string, to: string) => brief.slice(brief.indexOf(from), brief.indexOf(to));
  const files = {
    requests: cut('request_id,requester,', 'Lead Routing Exception Handling Audit Log:').replace(
      'closed_atREV',
      'closed_at\nREV',
    ),
    audit: cut('event_id,request_id,', 'Connections').replace('created_atEVT', 'created_at\nEVT'),
  };
  const asFile = (text: string) => `${text.trimEnd()}\n`;
  await inEmptyStore(async (db) => {
    await importText(db, asFile(files.requests));
    await importText(db, asFile(files.audit));
    expect({ requests: await exported(db, 'requests'), audit: await exported(db, 'audit') }).toEqual({
      requests: asFile(files.requests),
      audit: asFile(files.audit),
    });
  });
});
if (!existsSync(briefFile)) console.log('The brief: not found, skipped');
