import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectedSystems } from '../../shared/model/connection.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { type Company, foundCompany, type OpenWorkspace, openWorkspace } from './own-workspace.ts';

let company: Company;
let workspace: OpenWorkspace;
const secrets = memorySecrets();

beforeAll(async () => {
  company = await foundCompany();
  workspace = await openWorkspace(company, { secrets });
  for (const system of ['slack', 'salesforce', 'hubspot', 'confluence'] as const) {
    await workspace.client.connections.save({ system, values: company.typed[system] });
  }
});
afterAll(async () => {
  await workspace.close();
  await company.stop();
});
afterEach(async () => {
  for (const system of connectedSystems)
    await workspace.client.connections.pause({ system, isPaused: false });
});

const pause = (system: 'slack' | 'salesforce' | 'confluence', isPaused: boolean) =>
  workspace.client.connections.pause({ system, isPaused });
const rows = async () => (await workspace.client.requests.list({ view: 'all', sort: 'oldest' })).rows;
const states = async () => (await rows()).map(({ status, reason }) => [status, reason]);
const report = (email: string) =>
  company.sandbox.slack.sendMessage({
    channel: 'C-LEADS',
    user: 'U-NINA',
    text: `${email} is with the wrong owner. Please correct it.`,
  });
const patience = { timeout: 20_000 };
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a paused CRM', () => {
  it('is not called; the case waits without being escalated, and goes on as soon as it is resumed', async () => {
    await expect.poll(() => company.sandbox.slack.openConnections(), patience).toBeGreaterThan(0);
    const paused = await pause('salesforce', true);
    expect(paused).toMatchObject({ state: 'paused', setBy: 'screen' });
    const { system } = workspace.client;
    expect((await system.status()).systems.find((one) => one.system === 'salesforce')).toEqual({
      system: 'salesforce',
      state: 'paused',
      detail: expect.stringMatching(/^Salesforce is paused by Tariq Noor since /),
    });
    const before = workspace.log().split('Salesforce answered').length;
    report('tessa.wolff@kupferhof.example');
    await expect.poll(() => workspace.log().includes('"queue":"invoke-agent"'), patience).toBe(true);
    await later(1_500);
    expect(await states()).toEqual([[expect.stringMatching(/New|Triaging/), null]]);
    expect(workspace.log().split('Salesforce answered')).toHaveLength(before);

    await pause('salesforce', false);
    await expect.poll(states, patience).toEqual([['Completed', null]]);
    expect(company.sandbox.salesforce.owners()['00Q000000000301EAA']).toBe('alma.keller@halden.example');
    expect(company.sandbox.salesforce.writes()['00Q000000000301EAA']).toBe(1);
    expect(workspace.log()).toContain('Salesforce is paused by Tariq Noor');
  });
});

describe('a paused policy source', () => {
  it('holds up the case, although a copy of its pages is kept', async () => {
    await pause('confluence', true);
    report('ugo.prieto@naranjal.example');
    await expect.poll(async () => (await rows()).length, patience).toBe(2);
    await later(1_500);
    expect((await states())[1]).toEqual([expect.stringMatching(/New|Triaging/), null]);
    await pause('confluence', false);
    await expect.poll(async () => (await states())[1]?.[0], patience).not.toMatch(/New|Triaging/);
  });
});

describe('a paused chat', () => {
  it('is neither listened to nor posted in, and what was to be said is said once it is resumed', async () => {
    const { slack } = company.sandbox;
    const isDone = async () => (await rows()).every(({ status }) => !/New|Triaging/.test(status));
    await expect.poll(isDone, patience).toBe(true);
    await pause('slack', true);
    await expect.poll(() => slack.openConnections(), patience).toBe(0);
    const before = slack.messages().length;
    const { requestId } = await workspace.client.requests.submit({
      summary: 'vera.lindt@almhuette.example is with the wrong owner',
      idempotencyKey: 'while-slack-is-paused',
    });
    expect(requestId).not.toBeNull();
    await later(2_000);
    expect(slack.messages()).toHaveLength(before);
    await pause('slack', false);
    await expect.poll(() => slack.openConnections(), patience).toBeGreaterThan(0);
    await expect.poll(() => slack.messages().length, patience).toBeGreaterThan(before);
  });
});

it('a pause is obeyed by every program that works with the store, also by one that starts later', async () => {
  const environment = company.typed.salesforce;
  const second = await openWorkspace(company, { environment, desk: 'second' });
  try {
    const stateThere = async () => {
      const { connections } = await second.client.connections.list();
      return connections.find(({ system }) => system === 'salesforce')?.state;
    };
    await pause('salesforce', true);
    await expect.poll(stateThere, { timeout: 5_000 }).toBe('paused');
    const third = await openWorkspace(company, { environment, desk: 'third' });
    const { systems } = await third.client.system.status();
    expect(systems.find(({ system }) => system === 'salesforce')?.state).toBe('paused');
    await third.close();
    await pause('salesforce', false);
    await expect.poll(stateThere, { timeout: 5_000 }).not.toBe('paused');
  } finally {
    await second.close();
  }
});
