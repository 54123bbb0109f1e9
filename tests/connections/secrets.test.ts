import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ORPCError } from '@orpc/client';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../electron/core/store/db.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';
import { type ConnectedSystem, connectedSystems } from '../../shared/model/connection.ts';
import { setUpGuides } from '../../shared/set-up/catalogue.ts';
import { isSecret } from '../../shared/set-up/entered-values.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { type Client, type Company, foundCompany, openWorkspace } from './own-workspace.ts';

/** Everything that a console was told, as text. */
async function everythingTold(
  client: Client,
  company: Company,
  typed: Record<ConnectedSystem, Record<string, string>>,
): Promise<string> {
  const told: unknown[] = [];
  const hear = async (call: () => Promise<unknown>) => {
    try {
      told.push(await call());
    } catch (thrown) {
      const { message, code, data } = thrown instanceof ORPCError ? thrown : new ORPCError(String(thrown));
      told.push({ message, code, data });
    }
  };
  for (const system of connectedSystems) {
    await hear(async () => {
      for await (const check of await client.connections.test({ system, values: typed[system] }))
        told.push(check);
    });
    await hear(() => client.connections.save({ system, values: typed[system] }));
  }
  company.sandbox.slack.sendMessage({
    user: 'U-NINA',
    channel: 'C-LEADS',
    text: 'tessa.wolff@kupferhof.example?',
  });
  await hear(() => client.records.search({ text: 'tessa.wolff@kupferhof.example' }));
  await hear(() => client.records.owners());
  await hear(async () => {
    const input = { summary: 'tessa.wolff@kupferhof.example is wrong', idempotencyKey: 'secrets-test' };
    const { requestId } = await client.requests.submit(input);
    await expect
      .poll(async () => (await client.requests.get({ requestId: requestId ?? '' })).audit.length, {
        timeout: 20_000,
      })
      .toBeGreaterThan(1);
    told.push(await client.requests.get({ requestId: requestId ?? '' }));
  });
  await hear(() => client.connections.list());
  await hear(() => client.system.status());
  await hear(() => client.requests.list({ view: 'all' }));
  await hear(() => client.session.get());
  return JSON.stringify(told);
}

async function everyRow(url: string): Promise<string> {
  const db = await openDatabase({ url, applicationName: 'test', log: silentLog });
  try {
    const { rows: tables } = await sql<{ name: string }>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('public', 'pgboss')`.execute(db.kysely);
    const contents = tables.map(({ name }) =>
      sql<{ row: string }>`select t::text as row from ${sql.raw(name)} t`.execute(db.kysely),
    );
    return (await Promise.all(contents)).flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
  } finally {
    await db.close();
  }
}

async function everyFile(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const read = names.map(async (name) => {
    const file = path.join(folder, name);
    return (await stat(file)).isFile() ? await readFile(file, 'latin1') : '';
  });
  return (await Promise.all(read)).join('\n');
}

it('a secret reaches no log, no answer to a console, no table and no file, also where everything fails', async () => {
  const company = await foundCompany();
  onTestFinished(company.stop);
  // Secrets that no stand-in accepts, so that each call fails, and that are told apart from all other text.
  const marker = 'S3CRET-';
  const typed = structuredClone(company.typed);
  let count = 0;
  for (const system of connectedSystems) {
    const fields = setUpGuides[system].fields.filter(isSecret);
    for (const variable of new Set(fields.map((field) => field.variable))) {
      if (typed[system][variable] === undefined) continue;
      count += 1;
      const prefix = /BOT_TOKEN$/.test(variable) ? 'xoxb-' : /APP_TOKEN$/.test(variable) ? 'xapp-' : '';
      typed[system][variable] = `${prefix}${marker}${count}-abcdef`;
    }
  }
  expect(count).toBeGreaterThanOrEqual(7);
  const secrets = memorySecrets();
  const workspace = await openWorkspace(company, { secrets });
  const told = await everythingTold(workspace.client, company, typed);
  for (const kind of ['http_503', 'html_page', 'truncated_body', 'reset'] as const) {
    for (const system of connectedSystems) company.sandbox.faults.arm(system, kind, 3);
    await workspace.client.records.search({ text: 'tessa.wolff@kupferhof.example' });
  }
  await workspace.close();
  expect([...secrets.kept.values()].filter((value) => value.includes(marker))).toHaveLength(count);
  const places = {
    told,
    log: workspace.log(),
    rows: await everyRow(company.databaseUrl),
    files: await everyFile(company.folder),
  };
  const found = Object.entries(places).map(([place, text]) => [
    place,
    text.length > 500,
    text.includes(marker),
  ]);
  expect(found).toEqual(Object.keys(places).map((place) => [place, true, false]));
});
