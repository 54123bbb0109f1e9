import { createServer } from 'node:net';
import { ORPCError } from '@orpc/client';
import { expect, it, onTestFinished } from 'vitest';
import { salesforceCallbackUrl } from '../../shared/model/salesforce-sign-in.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { foundCompany, openWorkspace } from './own-workspace.ts';

async function startWorkspace() {
  const company = await foundCompany();
  onTestFinished(company.stop);
  const secrets = memorySecrets();
  const workspace = await openWorkspace(company, { secrets });
  onTestFinished(workspace.close);
  const { SWITCHYARD_SALESFORCE_CLIENT_SECRET: _secret, ...app } = company.typed.salesforce;
  const web = { ...app, SWITCHYARD_SALESFORCE_AUTH: 'web' };
  return { company, secrets, client: workspace.client, web };
}

/** Somebody presses *Allow* on the page that was opened. */
async function allow(page: string): Promise<string> {
  const { origin, pathname, searchParams } = new URL(page);
  searchParams.set('answer', 'allow');
  const reply = await fetch(`${origin}${pathname}`, { method: 'POST', body: searchParams });
  return reply.text();
}

/** Whether anybody listens where Salesforce sends the browser back to. */
function isPortFree(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(Number(new URL(salesforceCallbackUrl).port), 'localhost', () =>
      server.close(() => resolve(true)),
    );
  });
}

it('in Salesforce somebody signs in in the browser: the tokens are kept, and the system works with them', async () => {
  const { client, secrets, web } = await startWorkspace();
  const { connections } = client;
  await connections.save({ system: 'salesforce', values: web });
  const steps: string[] = [];
  for await (const step of await connections.signIn({ system: 'salesforce', way: 'browser' })) {
    steps.push(step.step);
    if (step.step === 'open') expect(await allow(step.url)).toContain('close this page');
  }
  expect([steps, [...secrets.kept.keys()]]).toEqual([['open', 'done'], ['salesforce account']]);
  expect((await client.records.owners()).length).toBeGreaterThan(0);
  const { connections: all } = await connections.list();
  expect(all.find(({ system }) => system === 'salesforce')).toMatchObject({
    state: 'ok',
    account: expect.stringContaining('@'),
  });
  await connections.disconnect({ system: 'salesforce' });
  expect([...secrets.kept.keys()]).toEqual([]);
});

it('a sign-in ends when whoever asked for it leaves, and its port is free again', async () => {
  const { client, secrets, web } = await startWorkspace();
  await client.connections.save({ system: 'salesforce', values: web });
  const left = new AbortController();
  const steps = await client.connections.signIn(
    { system: 'salesforce', way: 'browser' },
    { signal: left.signal },
  );
  expect((await steps.next()).value).toMatchObject({ step: 'open' });
  expect(await isPortFree()).toBe(false);
  left.abort();
  await expect.poll(isPortFree, { timeout: 5_000 }).toBe(true);
  expect(secrets.kept.size).toBe(0);
});

it('where nobody has to sign in, or nothing is saved yet, that is said', async () => {
  const { client, company } = await startWorkspace();
  const refused = async (system: 'slack' | 'salesforce') => {
    try {
      await (await client.connections.signIn({ system, way: 'browser' })).next();
      return null;
    } catch (thrown) {
      return thrown instanceof ORPCError ? [thrown.code, thrown.message] : thrown;
    }
  };
  expect(await refused('salesforce')).toEqual([
    'invalid_input',
    expect.stringContaining('Save the settings'),
  ]);
  await client.connections.save({ system: 'slack', values: company.typed.slack });
  expect(await refused('slack')).toEqual(['invalid_input', expect.stringContaining('Nobody has to sign in')]);
});
