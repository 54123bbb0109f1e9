import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, readConfig } from '../config.ts';
import { createTestDatabase, runAlone, silentLog, type TestDatabase } from '../store/test-database.ts';
import { runAuditVerify } from './audit.ts';
import { runExport } from './export.ts';
import { runImport } from './import.ts';
import type { Terminal } from './terminal.ts';

let database: TestDatabase;
let folder: string;
let config: Config;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'switchyard-exchange-'));
  config = readConfig({ DATABASE_URL: database.url, SWITCHYARD_DATA_DIR: folder });
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** What a command gives and says. */
async function run(command: (terminal: Terminal) => Promise<number>) {
  const terminal = { stdout: new PassThrough(), stderr: new PassThrough() };
  const code = await command(terminal);
  const said = (stream: PassThrough) => String(stream.read() ?? '');
  return { code, stdout: said(terminal.stdout), stderr: said(terminal.stderr) };
}

const header =
  'request_id,requester,summary,target_record,status,priority,decision,rationale,created_at,closed_at';
const row = (id: string, status = 'Completed') =>
  `${id},emma.clarke@example.com,"Wrong owner",,${status},Low,,,2026-05-18T09:15:00.000Z,`;

async function importRows(rows: readonly string[], options: { isStrict?: boolean } = {}) {
  const file = path.join(folder, 'requests.csv');
  await writeFile(file, `${[header, ...rows].join('\n')}\n`);
  const result = await run((terminal) =>
    runImport(
      { file, isStrict: options.isStrict ?? false, isSetup: false, config, log: silentLog },
      terminal,
    ),
  );
  return { ...result, stderr: result.stderr.replaceAll(folder, '') };
}

describe('import', () => {
  it('says what became of the rows, and gives 0 where all are there', async () => {
    expect(await importRows([row('REV-1'), row('REV-2', 'Waiting')])).toEqual({
      code: 0,
      stdout:
        '2 requests imported. 1 of the imported requests is still open; the agent leaves imported requests as they are.\n',
      stderr: '',
    });
    expect(await importRows([row('REV-1'), row('REV-2', 'Waiting')])).toEqual({
      code: 0,
      stdout: '0 requests imported, 2 there already.\n',
      stderr: '',
    });
  });

  it('names broken rows by file and line, gives 1, and 2 where none could be used', async () => {
    const broken = Array.from({ length: 52 }, (_, index) => row(`REV-${index + 10}`, 'Done'));
    const some = await importRows([row('REV-1'), ...broken]);
    const lines = some.stderr.trimEnd().split('\n');
    expect({ ...some, stderr: [lines.length, lines[0], lines.at(-1)] }).toEqual({
      code: 1,
      stdout: '1 request imported, 52 rows cannot be used.\n',
      stderr: [51, expect.stringMatching(/^\/requests\.csv:3: status is "Done"\. Allowed/), 'and 2 more'],
    });
    expect(await importRows(broken)).toMatchObject({ code: 2 });
  });

  it('imports nothing of a broken file when strict', async () => {
    expect(await importRows([row('REV-1'), row('REV-2', 'Done')], { isStrict: true })).toMatchObject({
      code: 1,
      stdout: 'Nothing was imported: 1 row cannot be used.\n',
    });
    expect(await importRows([row('REV-1')])).toMatchObject({ stdout: '1 request imported.\n' });
  });

  it('refuses a file that is none of ours by its name, before or after the store is open', async () => {
    const file = path.join(folder, 'wrong.csv');
    const importFile = () => runImport({ file, isStrict: false, isSetup: false, config, log: silentLog });
    await expect(importFile()).rejects.toMatchObject({
      code: 'invalid_input',
      message: `${file} cannot be read. There is no such file.`,
    });
    await writeFile(file, 'colour\nred\n');
    await expect(importFile()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/wrong\.csv: The first line names no column of ours/),
    });
  });

  it('sets a workspace up from JSON', async () => {
    const file = path.join(folder, 'setup.json');
    const ben = { email: 'ben@example.com', name: 'Ben', roles: [], active: true };
    await writeFile(file, JSON.stringify({ people: [ben] }));
    const result = await run((terminal) =>
      runImport({ file, isStrict: false, isSetup: true, config, log: silentLog }, terminal),
    );
    expect(result).toEqual({ code: 0, stdout: 'Set up: 1 people.\n', stderr: '' });
  });
});

describe('export', () => {
  it('writes a file that imports again, and leaves the one before alone when it cannot be written', async () => {
    await importRows([row('REV-1')]);
    const output = path.join(folder, 'out.csv');
    expect(await runExport({ table: 'requests', output, config, log: silentLog })).toBe(0);
    expect(await readFile(output, 'utf8')).toBe(`${header}\n${row('REV-1')}\n`);
    await mkdir(`${output}.part`);
    await expect(runExport({ table: 'requests', output, config, log: silentLog })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/out\.csv cannot be written \(EISDIR\)/),
    });
    expect(await readFile(output, 'utf8')).toBe(`${header}\n${row('REV-1')}\n`);
  });
});

describe('audit verify', () => {
  it('tells an unbroken log from one that was altered', async () => {
    const verify = () => run((terminal) => runAuditVerify({ config, log: silentLog }, terminal));
    expect(await verify()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/unbroken: 0 events, head 0{64}/),
    });
    await runAlone(database.url, `update audit_head set ordinal = 1`);
    expect(await verify()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/altered: The log ends at number 0/),
    });
  });
});
