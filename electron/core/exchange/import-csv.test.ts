import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendAudit, verifyAudit } from '../store/audit.ts';
import { type Db, openDatabase } from '../store/db.ts';
import { insertRequest } from '../store/requests.ts';
import { createTestDatabase, silentLog, type TestDatabase } from '../store/test-database.ts';
import { importCsv } from './import-csv.ts';

const at = new Date('2026-06-01T12:00:00.000Z');

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await createTestDatabase();
  db = await openDatabase({ url: database.url, applicationName: 'tests', log: silentLog });
});

afterEach(async () => {
  await db.close();
  await database.drop();
});

async function* bytesOf(text: string) {
  yield text;
}

const importText = (text: string, isStrict = false) => importCsv(db, { file: bytesOf(text), isStrict, at });

const requestHeader =
  'request_id,requester,summary,target_record,status,priority,decision,rationale,created_at,closed_at';
const requestRow = (id: string, change: Partial<Record<'status' | 'summary' | 'created', string>> = {}) =>
  `${id},emma.clarke@example.com,${change.summary ?? 'Wrong owner'},,${change.status ?? 'Completed'},Low,Approved,,` +
  `${change.created ?? '2026-05-18T09:15:00.000Z'},2026-05-18T09:20:00.000Z`;
const requestFile = (...rows: string[]) => `${[requestHeader, ...rows].join('\n')}\n`;

const auditHeader = 'event_id,request_id,actor,event_type,details,created_at';
const auditRow = (id: string, change: Partial<Record<'request' | 'type' | 'details', string>> = {}) =>
  `${id},${change.request ?? 'REV-1'},Agent,${change.type ?? 'Decision'},` +
  `"${(change.details ?? '{}').replaceAll('"', '""')}",2026-05-18T09:15:00.000Z`;
const auditFile = (...rows: string[]) => `${[auditHeader, ...rows].join('\n')}\n`;

const ordinals = async () =>
  Object.fromEntries(
    (await db.kysely.selectFrom('requests').select(['request_id', 'ordinal']).execute()).map((row) => [
      row.request_id,
      row.ordinal,
    ]),
  );

describe('requests', () => {
  it('come in by the names of their columns, in any order, with what a spreadsheet makes of a file', async () => {
    const file =
      '\uFEFFcreated_at,status,summary,request_id,requester,priority,closed_at\r\n' +
      '2026-05-18T11:15:00+02:00,Completed,=1+1,REV-7,Emma.Clarke@example.com,High,\r\n';
    expect(await importText(file)).toEqual({
      table: 'requests',
      imported: 1,
      open: 0,
      skipped: 0,
      problems: [],
    });
    expect(await db.kysely.selectFrom('requests').selectAll().executeTakeFirst()).toMatchObject({
      ordinal: 7,
      request_id: 'REV-7',
      requester: 'emma.clarke@example.com',
      summary: '=1+1',
      target_record: null,
      status: 'Completed',
      priority: 'High',
      decision: null,
      rationale: null,
      source: 'import',
      created_at: '2026-05-18T09:15:00.000Z',
      updated_at: at.toISOString(),
      closed_at: null,
    });
  });

  it('that cannot be used are named by line with what is allowed, and the rest comes in', async () => {
    const outcome = await importText(
      requestFile(
        requestRow('REV-1', { summary: '"two\nlines"' }),
        requestRow('REV-2', { status: 'Done' }),
        requestRow('REV-3', { created: 'yesterday' }),
        'REV-4,too,short',
        requestRow('REV-5', { summary: 'a "quote"' }),
        ',nobody,,,,,Maybe,,,never',
        requestRow('REV-6', { status: 'Waiting' }),
        requestRow('REV-8', { created: '2026-02-30T09:15:00Z' }),
      ),
    );
    expect(outcome).toEqual({
      table: 'requests',
      imported: 2,
      open: 1,
      skipped: 0,
      problems: [
        {
          line: 4,
          message:
            'status is "Done". Allowed are: New, Triaging, Waiting, Escalated, Completed, Rejected, Closed.',
        },
        {
          line: 5,
          message:
            'created_at is "yesterday". It must be a time with its zone, such as 2026-05-18T09:15:00.000Z.',
        },
        { line: 6, message: 'The row has 3 fields, but the first line names 10 columns.' },
        { line: 7, message: expect.stringMatching(/quotes do not add up/) },
        {
          line: 8,
          message: expect.stringMatching(
            /^request_id is empty\..* requester .*e-mail.* summary is empty\..* status is empty\..* priority is empty\..* decision is "Maybe"\. Allowed.* created_at is empty\..* closed_at is "never"/,
          ),
        },
        { line: 10, message: expect.stringMatching(/^created_at is "2026-02-30/) },
      ],
    });
    expect(await ordinals()).toEqual({ 'REV-1': 1, 'REV-6': 6 });
  });

  it('are all left out of a strict import when one of them is broken, in whatever batch', async () => {
    const rows = Array.from({ length: 1_500 }, (_, index) => requestRow(`REV-${index + 1}`));
    const outcome = await importText(requestFile(...rows, requestRow('REV-9', { status: 'Done' })), true);
    expect(outcome).toMatchObject({ imported: 0, problems: [{ line: 1_502 }] });
    expect(await ordinals()).toEqual({});
    expect(await importText(requestFile(...rows), true)).toMatchObject({ imported: 1_500, problems: [] });
  });

  it('that are there already are skipped, or named and left alone where they differ', async () => {
    const first = requestFile(requestRow('REV-1'), requestRow('REV-2'));
    await importText(first);
    const second = requestFile(
      requestRow('REV-1'),
      requestRow('REV-2', { summary: 'Another', status: 'New' }),
      requestRow('REV-3'),
      requestRow('REV-3'),
      requestRow('REV-3', { summary: 'Another' }),
    );
    expect(await importText(second)).toMatchObject({
      imported: 1,
      skipped: 2,
      problems: [
        { line: 3, message: 'REV-2 is there already with another summary, status, and is left as it is.' },
        { line: 6, message: 'REV-3 is there already with another summary, and is left as it is.' },
      ],
    });
    const stored = await db.kysely.selectFrom('requests').select('summary').execute();
    expect(new Set(stored.map(({ summary }) => summary))).toEqual(new Set(['Wrong owner']));
  });

  it('keep their number as their place where it is free, and new requests come after them', async () => {
    await importText(requestFile(requestRow('ABC')));
    await importText(requestFile(requestRow('REV-1001'), requestRow('REV-3000'), requestRow('REV-12')));
    const created = await insertRequest(db.kysely, {
      requester: null,
      summary: 'New',
      source: 'form',
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
    });
    expect({ created, ordinals: await ordinals() }).toEqual({
      created: 'REV-3002',
      ordinals: { ABC: 1001, 'REV-12': 12, 'REV-3000': 3000, 'REV-1001': 3001, 'REV-3002': 3002 },
    });
  });

  it('that the store refuses cost no other row', async () => {
    const tooLong = 'w'.repeat(30);
    const words = Array.from({ length: 60_000 }, (_, index) => `${tooLong}${index}`).join(' ');
    const rows = Array.from({ length: 20 }, (_, index) => requestRow(`REV-${index + 1}`));
    rows[7] = `REV-8,,Wrong owner,${words},Completed,Low,,,2026-05-18T09:15:00.000Z,`;
    expect(await importText(requestFile(...rows))).toMatchObject({
      imported: 19,
      problems: [{ line: 9, message: expect.stringMatching(/store does not take it: .*too long/) }],
    });
  });
});

describe('audit events', () => {
  beforeEach(async () => {
    await importText(requestFile(requestRow('REV-1'), requestRow('REV-2')));
  });

  it('are chained in the order of the file, with the text of their details kept to the letter', async () => {
    const details = '{ "b": 1.0,\n "a": "é\\u00e9", "b": [1e2] }';
    await importText(auditFile(auditRow('EVT-9', { details }), auditRow('X', { request: 'REV-2' })));
    const { rows } = await sql`
      select event_id, request_id, details::text as details from audit_log order by ordinal`.execute(
      db.kysely,
    );
    expect(rows).toEqual([
      { event_id: 'EVT-9', request_id: 'REV-1', details },
      { event_id: 'X', request_id: 'REV-2', details: '{}' },
    ]);
    expect(await verifyAudit(db.kysely)).toMatchObject({ isValid: true, events: 2 });
  });

  it('leave their numbers behind for no new event', async () => {
    await importText(auditFile(auditRow('EVT-2001'), auditRow('EVT-7000'), auditRow('EVT-12')));
    const event = { request_id: 'REV-1', actor: 'Agent', event_type: 'Message', details: {} } as const;
    expect(await appendAudit(db.kysely, [event], at)).toEqual(['EVT-7001']);
  });

  it('that cannot be used are named by line, and the rest is chained', async () => {
    const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const outcome = await importText(
      auditFile(
        auditRow('EVT-1', { type: 'Closure' }),
        auditRow('EVT-2', { request: 'REV-404' }),
        auditRow('EVT-3', { details: '{"reason":' }),
        auditRow('EVT-4', { details: '[1]' }),
        auditRow('EVT-5', { details: '{"number":12345678901234567890123}' }),
        auditRow('EVT-6', { details: '{"text":"\\u0000"}' }),
        auditRow('EVT-7', { details: '{"text":"\\ud800"}' }),
        auditRow('EVT-8', { details: '{"number":1e999}' }),
        auditRow('EVT-9', { type: 'Closure' }),
        auditRow('EVT-10', { type: 'Shouting' }),
        auditRow('EVT-11', { details: deep }),
        auditRow('EVT-12'),
        auditRow('EVT-12', { type: 'Message' }),
      ),
    );
    const isNoObject = expect.stringMatching(/^details is .* It must be a JSON object/);
    expect(outcome).toMatchObject({
      imported: 2,
      problems: [
        { line: 3, message: expect.stringMatching(/"REV-404", which is no request here/) },
        { line: 4, message: isNoObject },
        { line: 5, message: isNoObject },
        { line: 6, message: expect.stringMatching(/number with more digits/) },
        { line: 7, message: expect.stringMatching(/^The store does not take it/) },
        { line: 8, message: isNoObject },
        { line: 9, message: isNoObject },
        { line: 10, message: expect.stringMatching(/Closure event already/) },
        {
          line: 11,
          message: expect.stringMatching(/^event_type is "Shouting"\. Allowed are: Message, Tool Call/),
        },
        { line: 12, message: expect.stringMatching(/^The store does not take it/) },
        { line: 14, message: 'EVT-12 is there already with another event_type, and is left as it is.' },
      ],
    });
    expect(await verifyAudit(db.kysely)).toMatchObject({ isValid: true, events: 2 });
  });
});

describe('a file that cannot be used as a whole', () => {
  it.each([
    ['an empty one', '', /is empty/],
    ['one without a header', 'REV-1,emma@example.com\n', /names no column of ours.*requests: request_id,/],
    [
      'an unknown column',
      `${requestHeader},colour\n`,
      /"colour" is no column of it.*Its columns are: request_id/,
    ],
    ['columns of both tables', `${requestHeader},details\n`, /"details" is no column/],
    ['a column that is there twice', `${auditHeader},actor\n`, /"actor" is there twice/],
    ['a column too few', 'request_id,summary,status,created_at\n', /"priority" is missing/],
  ])('is refused with what is wrong: %s', async (_what, text, message) => {
    await expect(importText(text)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['/nowhere/rows.csv', /no such file/],
    ['/', /folder/],
  ])('is refused with what is wrong: %s', async (file, message) => {
    await expect(importCsv(db, { file, isStrict: false, at })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
    });
  });
});
