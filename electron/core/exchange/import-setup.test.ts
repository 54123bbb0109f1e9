import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Db, openDatabase } from '../store/db.ts';
import { listPeople } from '../store/people.ts';
import { readRouting } from '../store/routing.ts';
import { createTestDatabase, silentLog, type TestDatabase } from '../store/test-database.ts';
import { importSetup } from './import-setup.ts';

const at = new Date('2026-06-01T12:00:00.000Z');
const ben = { email: 'Ben@example.com', name: 'Ben', slack: 'U1', roles: ['approver'], active: true };
const rule = {
  rule_id: 'TR-1',
  name: 'Germany',
  kind: 'territory',
  priority: 1,
  conditions: [{ field: 'country', op: 'eq', value: 'DE' }],
  assign: { pool: 'dach' },
};
const pool = { pool: 'dach', members: [{ owner: 'ben@example.com' }] };
const otherwise = { reason: '*', approver: 'ben@example.com' };

let database: TestDatabase;
let db: Db;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  db = await openDatabase({ url: database.url, applicationName: 'tests', log: silentLog });
  folder = await mkdtemp(path.join(tmpdir(), 'switchyard-setup-'));
});

afterEach(async () => {
  await db.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function importText(text: string) {
  const file = path.join(folder, 'setup.json');
  await writeFile(file, text);
  return importSetup(db, { file, at });
}
const importJson = (json: unknown) => importText(JSON.stringify(json));

const storedSetup = async () => {
  const { routing } = await readRouting(db.kysely, at);
  return {
    people: (await listPeople(db.kysely)).map(({ email }) => email),
    rules: routing.rules.map(({ rule_id, version }) => `${rule_id} version ${version}`),
    pools: routing.pools.map((one) => one.pool),
    approvers: routing.escalation_owners.map(({ approver }) => approver),
  };
};
const whole = { people: [ben], routing: { rules: [rule], pools: [pool], escalation_owners: [otherwise] } };

describe('a setup', () => {
  it('brings people and routing in, and a later one replaces only the lists that it has', async () => {
    expect(await importJson(whole)).toEqual({
      people: 1,
      rules: 1,
      named_accounts: null,
      pools: 1,
      escalation_owners: 1,
    });
    await importJson({
      people: [{ ...ben, email: 'ana@example.com', name: 'Ana', slack: 'U2' }],
      routing: { rules: [{ ...rule, priority: 2 }] },
    });
    expect(await storedSetup()).toEqual({
      people: ['ana@example.com', 'ben@example.com'],
      rules: ['TR-1 version 2'],
      pools: ['dach'],
      approvers: ['ben@example.com'],
    });
  });

  it.each([
    ['no JSON', '{"people":', /is not JSON/],
    ['an unknown key', { ...whole, peple: [] }, /"peple" is not a known key.* Did you mean "people"\?/],
    [
      'a wrong value',
      { people: [{ ...ben, roles: ['chief'] }] },
      /people\[0\]\.roles\[0\] \(Ben@example\.com\) is "chief".*Allowed are: requester, approver/,
    ],
    [
      'a pool that is not there',
      { routing: { ...whole.routing, pools: [] } },
      /TR-1\): there is no pool "dach"/,
    ],
    [
      'an unknown reason',
      { routing: { escalation_owners: [otherwise, { ...otherwise, reason: 'moon' }] } },
      /"moon"/,
    ],
    ['no row for all other cases', { routing: { ...whole.routing, escalation_owners: [] } }, /reason "\*"/],
    [
      'a rule that is there twice',
      { routing: { ...whole.routing, rules: [rule, rule] } },
      /rule_id "TR-1" is there twice/,
    ],
  ])('is refused as a whole with the place and what is allowed: %s', async (_what, content, message) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await expect(importText(text)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
    });
    expect(await storedSetup()).toEqual({ people: [], rules: [], pools: [], approvers: [] });
  });

  it("is refused where it gives somebody another person's user in a chat", async () => {
    await importJson(whole);
    await expect(importJson({ people: [{ ...ben, email: 'ana@example.com' }] })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/\(slack\)=\(U1\)/),
    });
  });
});
