import { describe, expect, it } from 'vitest';
import type { CrmConnector } from '../../electron/core/connectors/connector.ts';
import type { ConnectionCheck } from '../../shared/model/connection.ts';
import { connect, failureOf, startOrganisation, worldWith } from './salesforce-organisation.ts';

async function check(connector: CrmConnector): Promise<ConnectionCheck[]> {
  return Array.fromAsync(connector.testConnection());
}

const states = (checks: readonly ConnectionCheck[]) =>
  Object.fromEntries(checks.map(({ id, state }) => [id, state]));

/** Those that are not as they should be. */
const troubles = (checks: readonly ConnectionCheck[]) =>
  checks.filter(({ state }) => state !== 'ok').map(({ id, state, detail }) => `${id} ${state}: ${detail}`);

describe('Salesforce: testing the connection', () => {
  it('tries everything that it lives on, and changes nothing', async () => {
    const { connector, exchanges, standIn } = await startOrganisation({
      world: worldWith({ territories: [{ Id: '0MI000000000001AAA', Name: 'North' }] }),
    });
    const checks = await check(connector);
    expect(states(checks)).toEqual({
      address: 'ok',
      'sign-in': 'ok',
      organisation: 'ok',
      'read-leads': 'ok',
      'read-lead-fields': 'ok',
      'change-owner': 'ok',
      'transfer-leads': 'ok',
      'read-lead-history': 'ok',
      'read-accounts': 'ok',
      'read-opportunities': 'ok',
      'read-users': 'ok',
      'read-campaigns': 'ok',
      'read-duplicate-sets': 'ok',
      'read-territories': 'ok',
      'api-calls': 'ok',
    });
    expect(checks.find(({ id }) => id === 'sign-in')?.detail).toBe('Acts as switchyard@acme.example.');
    expect(Object.values(standIn.writes()).every((count) => count === 0)).toBe(true);
    const methods = exchanges.filter(({ request }) => !request.url.pathname.endsWith('/token'));
    expect(new Set(methods.map(({ request }) => request.method))).toEqual(new Set(['GET']));
  });

  it('names what is missing and where to allow it', async () => {
    const { connector, standIn, url } = await startOrganisation();
    standIn.changeAccess({
      hiddenFields: { Lead: ['Industry', 'Email'], Account: ['Website'] },
      hiddenObjects: ['LeadHistory', 'CampaignMember'],
      mayEditLeads: false,
      mayTransferLeads: false,
    });
    const checks = await check(connector);
    expect(troubles(checks)).toEqual([
      'read-leads missing: The account may not see: Email.',
      'read-lead-fields missing: The account may not see: Industry. Rules that ask for them find them unknown.',
      'change-owner missing: The account may read leads and may not change their owner.',
      'transfer-leads missing: The account can change only leads that it owns or that are shared with it for editing.',
      expect.stringMatching(/^read-lead-history missing: Salesforce refused: "sObject type 'LeadHistory'/),
      'read-accounts missing: The account may not see: Website.',
      'read-campaigns skipped: The organisation shows no campaigns to the account: cases are judged without them.',
      'read-territories skipped: The organisation does not use Sales Territories, or does not show them to the account.',
    ]);
    expect(checks.find(({ id }) => id === 'transfer-leads')?.remedy).toEqual({
      text: "In the account's permission set, under App Permissions → Sales, give Transfer Leads.",
      url: `${url}/lightning/setup/PermSets/home`,
    });
  });

  it('tries nothing further where signing in fails', async () => {
    const { url } = await startOrganisation();
    const auth = { kind: 'client-credentials', clientId: 'client', clientSecret: 'wrong' } as const;
    const checks = await check(connect(url, { auth }));
    expect(checks.find(({ id }) => id === 'sign-in')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('The consumer secret is not the app’s'.replace('’', "'")),
      remedy: { url: `${url}/lightning/setup/ManageExternalClientApplication/home` },
    });
    const rest = checks.slice(2);
    expect(new Set(rest.map(({ state, detail }) => `${state}: ${detail}`))).toEqual(
      new Set(['skipped: Signing in has to work first.']),
    );
    expect(JSON.stringify(checks)).not.toContain('wrong');
  });

  it.each([
    ['http_503', 'not available'],
    ['html_page', 'where data was expected'],
    ['reset', 'broke off'],
  ] as const)('does not call a permission missing because of %s', async (kind, words) => {
    const { connector, faults } = await startOrganisation();
    faults.arm('salesforce', kind, 1);
    expect(await check(connector)).toContainEqual(
      expect.objectContaining({ id: 'sign-in', state: 'failed', detail: expect.stringContaining(words) }),
    );
  });

  it.each([
    ['https://login.salesforce.com', 'missing', 'not at https://login.salesforce.com'],
    ['https://crm.acme.example', 'ok', "none of Salesforce's own addresses"],
    ['https://acme--uat.sandbox.lightning.force.com', 'ok', 'a sandbox'],
  ])('judges the address %s', async (loginUrl, state, words) => {
    const { value } = await connect(loginUrl).testConnection().next();
    expect(value).toMatchObject({ id: 'address', state, detail: expect.stringContaining(words) });
  });

  it('stops when the admin leaves', async () => {
    const { connector } = await startOrganisation();
    const run = Array.fromAsync(connector.testConnection({ signal: AbortSignal.abort() }));
    expect((await failureOf(run)).code).toBe('cancelled');
  });

  it('warns before the calls of the day are used up', async () => {
    const { connector, standIn } = await startOrganisation();
    standIn.useCalls(960_000);
    expect(troubles(await check(connector))).toContainEqual(
      expect.stringMatching(/^api-calls missing: 9600\d\d of 1000000 are used/),
    );
  });
});
