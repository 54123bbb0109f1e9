import { describe, expect, test } from 'vitest';
import type { CrmConnector } from '../../electron/core/connectors/connector.ts';
import { loadContract } from './contract-check.ts';
import { idsOf, recordOf, setUp } from './hubspot-bench.ts';
import { credentials } from './stand-in-server.ts';

const contract = await loadContract('hubspot');

/** What the contract has not, and why the connector asks it nevertheless. */
const notInTheContract = {
  'GET /account-info/v3/details':
    'The SDK, and so the contract, has no such call; HubSpot documents it as Account information API, without a scope.',
  'POST /oauth/v2/private-apps/get/access-token-info':
    'The SDK has the like for OAuth only; it is the one way to learn of a scope to write without writing.',
};

describe.skipIf(contract === null)('HubSpot contract', () => {
  test('every method of the connector asks what HubSpot takes, and the stand-in answers as HubSpot does', async () => {
    const { connector, exchanges } = await setUp();
    const record = await recordOf(connector, '501');
    const [account] = exchanges.filter(({ request }) => request.url.pathname.startsWith('/account-info'));
    const calls: Record<Exclude<keyof CrmConnector, 'system'>, () => Promise<unknown>> = {
      findByEmail: () => connector.findByEmail('hanna.koch@gruenwald.example'),
      findByName: () => connector.findByName({ name: 'Hanna Koch', company: 'Gruenwald' }),
      getRecord: () => connector.getRecord('503'),
      findPossibleDuplicates: () => connector.findPossibleDuplicates(record),
      findAccounts: () =>
        connector.findAccounts({ domain: 'gruenwald.example', name: 'Gruenwald', companyId: '799' }),
      findOpenOpportunities: () => connector.findOpenOpportunities(['701']),
      ownershipHistory: () => connector.ownershipHistory('501'),
      findOwner: () => connector.findOwner('eve.gone@example.com'),
      listOwners: () => connector.listOwners(),
      changeOwner: () =>
        connector.changeOwner({ id: '501', ownerId: '9001', ifUnmodifiedSince: record.modifiedAt }),
      testConnection: () => Array.fromAsync(connector.testConnection()),
      watched: () => connector.watched(),
    };
    const operations: Record<string, string[]> = {};
    const problems: string[] = [];
    for (const [method, call] of Object.entries(calls)) {
      const from = exchanges.length;
      await call();
      operations[method] = exchanges.slice(from).map((exchange) => {
        const asked = `${exchange.request.method} ${exchange.request.url.pathname}`;
        if (asked in notInTheContract) return asked;
        const verdict = contract?.check(exchange);
        problems.push(...(verdict?.problems ?? []));
        return verdict?.operationId ?? asked;
      });
    }
    expect(problems).toEqual([]);
    expect(account, 'the account is asked for once, for links').toBeDefined();
    const companies = 'associations_v4_BatchApi_getPage';
    const owner = 'owners_OwnersApi_getById';
    const searchAndRead = ['contacts_SearchApi_doSearch', 'contacts_BatchApi_read'];
    expect(operations).toEqual({
      findByEmail: [...searchAndRead, owner, companies],
      findByName: [...searchAndRead, owner, companies],
      // A deactivated owner is found by the second question only.
      getRecord: ['contacts_BasicApi_getById', owner, companies, owner],
      findPossibleDuplicates: [...searchAndRead, owner, companies, owner],
      findAccounts: ['companies_SearchApi_doSearch', 'companies_BatchApi_read', owner],
      findOpenOpportunities: [],
      ownershipHistory: ['contacts_BasicApi_getById', owner],
      findOwner: ['owners_OwnersApi_getPage_noslash', 'owners_OwnersApi_getPage_noslash'],
      listOwners: ['owners_OwnersApi_getPage_noslash', 'owners_OwnersApi_getPage_noslash'],
      changeOwner: ['contacts_BasicApi_getById', 'contacts_BasicApi_update'],
      testConnection: [
        'GET /account-info/v3/details',
        'contacts_BasicApi_getPage',
        'contacts_SearchApi_doSearch',
        'companies_SearchApi_doSearch',
        companies,
        'owners_OwnersApi_getPage_noslash',
        'POST /oauth/v2/private-apps/get/access-token-info',
      ],
      watched: [],
    });
  });
});

describe('HubSpot stand-in', () => {
  test('shows its contacts as the connector reads them', async () => {
    const { connector, standIn } = await setUp();
    const open = standIn.records().filter(({ isDeleted }) => !isDeleted);
    expect(open).toEqual(await Promise.all(open.map(({ id }) => connector.getRecord(id))));
    expect(idsOf(standIn.records())).toContain('506');
  });

  test('finds owners by e-mail and refuses to change what is not there', async () => {
    const { standIn } = await setUp();
    expect(standIn.ownerIdOf('Ana.Silva@example.com')).toBe('9001');
    expect(standIn.ownerIdOf('nobody@example.com')).toBeNull();
    expect(() => standIn.patch('599', {})).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  test.each([
    [
      'POST',
      '/crm/v3/objects/contacts/search',
      '{"filterGroups":[{"filters":[{"propertyName":"email","operator":"LIKE","value":"a"}]}]}',
    ],
    ['POST', '/crm/v3/objects/contacts/search', '{"filterGroups":[],"limit":201}'],
    ['POST', '/crm/v3/objects/contacts/search', '{"filterGroups":[],"limit":200,"after":"9900"}'],
    ['POST', '/crm/v3/objects/contacts/search', '{'],
    ['PATCH', '/crm/v3/objects/contacts/501', '{"properties":{"hubspot_owner_id":9001}}'],
    ['PATCH', '/crm/v3/objects/contacts/501', '{"properties":{"no_such_property":"x"}}'],
    ['PATCH', '/crm/v3/objects/contacts/501', '{"properties":{"lastmodifieddate":"x"}}'],
    ['GET', '/crm/v3/owners/?limit=1000', ''],
  ])('refuses %s %s %s', async (method, path, body) => {
    const { url } = await setUp();
    const headers = { authorization: `Bearer ${credentials.hubspot.accessToken}` };
    const response = await fetch(url + path, { method, headers, ...(body === '' ? {} : { body }) });
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ status: 'error', category: 'VALIDATION_ERROR' }),
    ]);
  });
});
