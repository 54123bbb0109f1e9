import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Config, readConfig } from '../config.ts';
import type { Area } from '../doctor/finding.ts';
import { systemClock } from '../ports.ts';
import { startSandbox } from '../sandbox/server.ts';
import { parseWorld, type World } from '../sandbox/world.ts';
import { openStoreAsItIs } from '../store/open-store.ts';
import { savePeople } from '../store/people.ts';
import { createTestDatabase, silentLog } from '../store/test-database.ts';
import { doctorAreas, runDoctor } from './doctor.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'switchyard-doctor-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function run(environment: Record<string, string>, only: readonly Area[] = doctorAreas) {
  let text = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const config: Config = {
    ...readConfig({ HOME: folder, SWITCHYARD_DATA_DIR: folder, ...environment }),
    vendorTimeoutMs: 3_000,
  };
  const code = await runDoctor({ config, log: silentLog, isJson: true, only }, { stdout });
  const findings = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { area: string; id: string; state: string; detail: string | null });
  return { code, findings, text };
}

async function startHubspot(world: Partial<World> = {}) {
  const sandbox = await startSandbox({
    world: { ...parseWorld({}, 'the test world'), ...world },
    clock: systemClock,
    log: silentLog,
  });
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

async function createStore(people: World['people'] = []): Promise<string> {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const options = { dataDir: '', databaseUrl: database.url, maxConnections: 2, log: silentLog };
  const { db, close } = await openStoreAsItIs(options);
  await savePeople(db.kysely, people);
  await close();
  return database.url;
}

const statesOf = (findings: readonly { area: string; id: string; state: string }[]) =>
  findings.map(({ area, id, state }) => `${area} ${id} ${state}`);

describe('doctor', () => {
  it('looks at the machine, and goes on where there is no store and nothing is connected', async () => {
    const { code, findings } = await run({});
    expect(code).toBe(0);
    const systems = ['slack', 'teams', 'salesforce', 'hubspot', 'confluence', 'sharepoint'];
    expect(statesOf(findings).toSorted()).toEqual(
      [
        ...['node', 'data-folder', 'free-space', 'sqlite', 'time-zone'].map((id) => `machine ${id} ok`),
        'machine keychain skipped',
        'workspace store skipped',
        ...systems.map((system) => `${system} connected skipped`),
      ].toSorted(),
    );
  });

  it('says of a store what is missing in it before a case can be decided', async () => {
    const DATABASE_URL = await createStore([
      {
        email: 'mei@acme.example',
        name: 'Mei',
        slack: null,
        teams: null,
        roles: ['ops_manager'],
        active: true,
      },
    ]);
    const { code, findings } = await run({ DATABASE_URL, SWITCHYARD_USER: 'who@acme.example' }, [
      'workspace',
    ]);
    expect([code, ...statesOf(findings)]).toEqual([
      1,
      'workspace store ok',
      'workspace schema ok',
      'workspace clock ok',
      'workspace people missing',
      'workspace user missing',
      'workspace rules missing',
      'workspace escalation-owners missing',
    ]);
  });

  it('says of a store that cannot be reached what to check, and goes on with the rest', async () => {
    const DATABASE_URL = 'postgres://nobody:p4ssw0rd@127.0.0.1:1/none';
    const { code, findings, text } = await run({ DATABASE_URL }, ['machine', 'workspace']);
    expect([code, findings.find(({ id }) => id === 'store')?.state]).toEqual([1, 'failed']);
    expect(findings.filter(({ area }) => area === 'machine')).toHaveLength(6);
    expect(text).not.toContain('p4ssw0rd');
  });

  it('tries what is connected, and prints no secret where the vendor refuses it', async () => {
    const sandbox = await startHubspot();
    const place = { SWITCHYARD_HUBSPOT_API_URL: sandbox.urls.hubspot };
    const token = sandbox.credentials.hubspot.accessToken;
    const good = await run({ ...place, SWITCHYARD_HUBSPOT_TOKEN: token }, ['hubspot']);
    expect([good.code, good.findings.every(({ state }) => state !== 'failed')]).toEqual([0, true]);
    const bad = await run({ ...place, SWITCHYARD_HUBSPOT_TOKEN: 'pat-of-somebody-else' }, ['hubspot']);
    expect(bad.code).toBe(1);
    expect(bad.text).not.toContain('pat-of-somebody-else');
  });
});
