import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ORPCError } from '@orpc/client';
import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../electron/core/config.ts';
import { createTestDatabase } from '../../electron/core/store/test-database.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { openProgram } from './own-workspace.ts';

it("the demo's systems can be tried and paused, and not set up anew", async () => {
  const database = await createTestDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'switchyard-demo-'));
  const config = readConfig({ HOME: folder, SWITCHYARD_DATA_DIR: folder });
  const secrets = memorySecrets();
  const { client, close } = await openProgram({ ...config, databaseUrl: database.url }, secrets);
  onTestFinished(async () => {
    await close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  const anAdmin = async () => {
    const { actors } = await client.session.get();
    return actors.find(({ roles }) => roles.includes('admin'))?.email ?? '';
  };
  await expect.poll(anAdmin, { timeout: 20_000 }).not.toBe('');
  await client.session.actAs({ email: await anAdmin() });
  const { connections } = await client.connections.list();
  expect(connections.filter(({ setBy }) => setBy !== null).map(({ setBy }) => setBy)).toContain('sandbox');
  const checks = [];
  for await (const check of await client.connections.test({ system: 'salesforce', values: {} }))
    checks.push(check);
  expect(checks.filter(({ state }) => state === 'missing' || state === 'failed')).toEqual([]);
  expect(checks.length).toBeGreaterThan(2);
  const saving = client.connections.save({ system: 'salesforce', values: {} });
  expect(await saving.catch((thrown: unknown) => thrown instanceof ORPCError && thrown.code)).toBe(
    'forbidden',
  );
  const paused = await client.connections.pause({ system: 'salesforce', isPaused: true });
  const resumed = await client.connections.pause({ system: 'salesforce', isPaused: false });
  expect([paused.state, resumed.state === 'paused', secrets.kept.size]).toEqual(['paused', false, 0]);
});
