import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectedSystems } from '../../shared/model/connection.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { type Client, type Company, foundCompany, openWorkspace } from './own-workspace.ts';

let company: Company;

beforeAll(async () => {
  company = await foundCompany();
});
afterAll(() => company.stop());

const lead = '00Q000000000301EAA';
const report =
  'tessa.wolff@kupferhof.example is with Boris, but Kupferhof is a large company. Please correct the owner.';
const statesOf = async (client: Client) =>
  Object.fromEntries(
    (await client.connections.list()).connections.map(({ system, state }) => [system, state]),
  );
const all = <State>(state: State) => Object.fromEntries(connectedSystems.map((system) => [system, state]));

async function checksOf(
  client: Client,
  system: keyof Company['typed'],
  changed: Record<string, string> = {},
) {
  const checks = [];
  const values = { ...company.typed[system], ...changed };
  for await (const check of await client.connections.test({ system, values })) checks.push(check);
  return checks;
}

describe('an admin alone with the console', () => {
  it('sets up every system from nothing, and a report is handled; it is so after a restart, too', async () => {
    const { sandbox, typed } = company;
    const secrets = memorySecrets();
    const first = await openWorkspace(company, { secrets });
    const { connections, requests } = first.client;
    expect(await statesOf(first.client)).toEqual(all('not connected'));

    for (const system of connectedSystems) {
      const checks = await checksOf(first.client, system);
      const wrong = checks.filter(({ state }) => state === 'missing' || state === 'failed');
      // Nobody has signed in to Teams yet.
      if (system !== 'teams') expect({ system, wrong }).toEqual({ system, wrong: [] });
      expect(await connections.save({ system, values: typed[system] })).toMatchObject({
        system,
        setBy: 'screen',
        lastError: null,
      });
    }
    for await (const step of await connections.signIn({ system: 'teams', way: 'code' })) {
      if (step.step === 'code') sandbox.teams.signIn.enterCode(step.code);
      if (step.step === 'done') expect(step.account).toBe('switchyard@sandbox.example');
    }
    await expect.poll(() => sandbox.slack.openConnections()).toBeGreaterThan(0);
    await sandbox.slack.sendMessage({ channel: 'C-LEADS', user: 'U-NINA', text: report });
    await expect
      .poll(() => sandbox.salesforce.owners()[lead], { timeout: 30_000 })
      .toBe('alma.keller@halden.example');
    await expect
      .poll(async () => (await requests.list({ view: 'all' })).rows.map(({ status }) => status), {
        timeout: 10_000,
      })
      .toEqual(['Completed']);
    expect(await statesOf(first.client)).toMatchObject({ slack: 'ok', salesforce: 'ok', hubspot: 'ok' });
    await first.close();
    expect(first.log()).not.toMatch(
      /xoxb-sandbox|xapp-1-sandbox|sandbox-(secret|api-token|app-secret|refresh|account-\d)|pat-sandbox/,
    );

    const second = await openWorkspace(company, { secrets });
    const kept = await second.client.connections.list();
    expect(kept.connections.map(({ system, setBy, account }) => [system, setBy, account])).toEqual(
      connectedSystems.map((system) => [
        system,
        'screen',
        system === 'teams' ? 'switchyard@sandbox.example' : null,
      ]),
    );
    await expect.poll(() => sandbox.slack.openConnections()).toBeGreaterThan(0);
    for (const system of connectedSystems) await second.client.connections.disconnect({ system });
    expect(await statesOf(second.client)).toEqual(all('not connected'));
    await expect.poll(() => sandbox.slack.openConnections()).toBe(0);
    expect([...secrets.kept.keys()]).toEqual([]);
    await second.close();
  });
});
