import { expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../shared/model/errors.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { type Client, foundCompany, openWorkspace } from './own-workspace.ts';

const patience = { timeout: 20_000 };
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const states = async (client: Client) =>
  (await client.requests.list({ view: 'all' })).rows.map(({ status, reason }) => [status, reason]);
const untouched = [[expect.stringMatching(/New|Triaging/), null]];

it('a case that came in before any CRM was connected is judged as soon as one is', async () => {
  const company = await foundCompany();
  onTestFinished(company.stop);
  const workspace = await openWorkspace(company, { secrets: memorySecrets() });
  onTestFinished(workspace.close);
  const { connections } = workspace.client;
  await connections.save({ system: 'slack', values: company.typed.slack });
  await expect.poll(() => company.sandbox.slack.openConnections(), patience).toBeGreaterThan(0);
  company.sandbox.slack.sendMessage({
    channel: 'C-LEADS',
    user: 'U-NINA',
    text: 'tessa.wolff@kupferhof.example is with the wrong owner. Please correct it.',
  });
  await expect.poll(() => states(workspace.client), patience).toEqual(untouched);
  await connections.save({ system: 'confluence', values: company.typed.confluence });
  await later(1_500);
  expect(await states(workspace.client)).toEqual(untouched);
  await connections.save({ system: 'salesforce', values: company.typed.salesforce });
  await expect.poll(() => states(workspace.client), patience).toEqual([['Completed', null]]);
});

it('a case is not judged without a CRM whose secrets the keychain does not give, and the screen says why', async () => {
  const company = await foundCompany();
  onTestFinished(company.stop);
  const secrets = memorySecrets();
  const first = await openWorkspace(company, { secrets });
  for (const system of ['salesforce', 'hubspot', 'confluence'] as const)
    await first.client.connections.save({ system, values: company.typed[system] });
  await first.close();

  let isLocked = true;
  const locked = {
    ...secrets,
    async get(name: string) {
      if (isLocked && name.startsWith('salesforce') && secrets.kept.has(name))
        throw new AppError('forbidden', 'The keychain does not open it. Unlock the keychain.');
      return secrets.get(name);
    },
  };
  const second = await openWorkspace(company, { secrets: locked });
  onTestFinished(second.close);
  const { client } = second;
  const salesforce = (await client.connections.list()).connections.find(
    ({ system }) => system === 'salesforce',
  );
  expect(salesforce).toMatchObject({
    state: 'trouble',
    setBy: 'screen',
    keptSecrets: ['SWITCHYARD_SALESFORCE_CLIENT_SECRET'],
    lastError: { message: 'The keychain does not open it. Unlock the keychain.' },
  });
  const summary = 'tessa.wolff@kupferhof.example is with the wrong owner. Please correct it.';
  await client.requests.submit({ summary, idempotencyKey: 'while-the-keychain-is-locked' });
  await expect.poll(() => states(client), patience).toEqual(untouched);
  await later(1_500);
  expect(await states(client)).toEqual(untouched);

  isLocked = false;
  await client.connections.save({ system: 'salesforce', values: company.typed.salesforce });
  await expect.poll(() => states(client), patience).not.toEqual(untouched);
});
