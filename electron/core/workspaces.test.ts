import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../shared/model/person.ts';
import { type Config, readConfig } from './config.ts';
import { type Db, openDatabase } from './store/db.ts';
import { listPeople, savePeople } from './store/people.ts';
import { createTestDatabase, silentLog, type TestDatabase } from './store/test-database.ts';
import { readWorkspaceChoice, writeWorkspaceChoice } from './workspace-choice.ts';
import { createWorkspaces } from './workspaces.ts';

let dataDir: string;
let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'switchyard-workspaces-'));
  database = await createTestDatabase();
  db = await openDatabase({ url: database.url, applicationName: 'test', log: silentLog });
});
afterEach(async () => {
  await db.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const admin = { name: 'Mei Tanaka', email: 'mei@acme.com' };
const ana: Person = {
  email: 'ana@acme.com',
  name: 'Ana Silva',
  slack: null,
  teams: null,
  roles: ['requester'],
  active: true,
};

/** The workspaces as they are while one's own is open. */
function ownWorkspaces(changes: Partial<Config> = {}) {
  let reopened = 0;
  const workspaces = createWorkspaces({
    config: { ...readConfig({}, { dataDir }), workspace: 'own', ...changes },
    log: silentLog,
    store: () => db,
    reopen: () => {
      reopened += 1;
    },
  });
  return { workspaces, reopened: () => reopened };
}

describe('an own workspace in which nobody is', () => {
  it('takes its first admin, who may do everything, and is opened with them', async () => {
    const { workspaces, reopened } = ownWorkspaces();
    const before = await workspaces.state();
    await workspaces.setUp(admin);
    expect({
      before,
      people: await listPeople(db.kysely),
      choice: readWorkspaceChoice(dataDir),
      reopened: reopened(),
      needsFirstAdmin: (await workspaces.state()).needsFirstAdmin,
    }).toEqual({
      before: {
        kind: 'own',
        fixedBecause: null,
        hasOwn: true,
        needsFirstAdmin: true,
        user: null,
        counts: { people: 0, rules: 0 },
      },
      people: [{ ...admin, slack: null, teams: null, roles: ['admin', 'ops_manager'], active: true }],
      choice: { workspace: 'own', user: admin.email },
      reopened: 1,
      needsFirstAdmin: false,
    });
  });

  it('takes nobody but the person whom the environment names', async () => {
    const { workspaces } = ownWorkspaces({ user: 'ana@acme.com' });
    await expect(workspaces.setUp(admin)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('SWITCHYARD_USER'),
      details: { field: 'email' },
    });
    expect(await listPeople(db.kysely)).toEqual([]);
  });
});

it('who sets a workspace up that has people comes in as who they are there, and a stranger not at all', async () => {
  await savePeople(db.kysely, [ana]);
  const { workspaces } = ownWorkspaces();
  await expect(workspaces.setUp(admin)).rejects.toMatchObject({ code: 'invalid_input' });
  await workspaces.setUp({ name: 'Ana', email: ana.email });
  expect({ people: await listPeople(db.kysely), choice: readWorkspaceChoice(dataDir) }).toEqual({
    people: [ana],
    choice: { workspace: 'own', user: ana.email },
  });
});

it('the demo and back: who sits in one’s own workspace is not forgotten', async () => {
  await writeWorkspaceChoice(dataDir, { workspace: 'own', user: admin.email });
  const { workspaces, reopened } = ownWorkspaces();
  await workspaces.open('demo');
  const inDemo = readWorkspaceChoice(dataDir);
  await workspaces.open('own');
  expect({ inDemo, back: readWorkspaceChoice(dataDir), reopened: reopened() }).toEqual({
    inDemo: { workspace: 'demo', user: admin.email },
    back: { workspace: 'own', user: admin.email },
    reopened: 2,
  });
});

it('what the environment decides is not chosen at the console, and it says so', async () => {
  const { workspaces } = ownWorkspaces({ databaseUrl: 'postgres://store.acme.com/switchyard' });
  const { fixedBecause } = await workspaces.state();
  expect(fixedBecause).toContain('DATABASE_URL');
  await expect(workspaces.open('demo')).rejects.toMatchObject({ code: 'forbidden', message: fixedBecause });
});
