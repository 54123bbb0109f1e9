import { describe, expect, onTestFinished, test } from 'vitest';
import type { CrmConnector } from '../../electron/core/connectors/connector.ts';
import { createHubspotConnector } from '../../electron/core/connectors/hubspot/client.ts';
import { createHubspotStandIn } from '../../electron/core/sandbox/hubspot.ts';
import type { CrmStandIn, StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import type { CrmRecord } from '../../shared/model/lead.ts';
import { type Exchange, loadContract } from './contract-check.ts';
import { createTestLog, credentials, serveStandIn } from './stand-in-server.ts';

const owners = [
  { id: '9001', email: 'ana.silva@example.com', firstName: 'Ana', lastName: 'Silva', archived: false },
  { id: '9002', email: 'ben.osei@example.com', firstName: 'Ben', lastName: 'Osei', archived: false },
  { id: '9003', email: 'eve.gone@example.com', firstName: 'Eve', lastName: 'Gone', archived: true },
];
const hanna = {
  id: '501',
  firstname: 'Hanna',
  lastname: 'Koch',
  email: 'hanna.koch@gruenwald.example',
  hs_additional_emails: 'hk@gruenwald.example;hanna@home.example',
  company: 'Gruenwald AG',
  website: 'https://www.gruenwald.example/at',
  country: 'Austria',
  state: null,
  zip: 1010,
  numemployees: '260',
  annualrevenue: '50-100',
  lifecyclestage: 'lead',
  hs_analytics_source: 'PAID_SEARCH',
  hubspot_owner_id: '9002',
  associatedcompanyid: '701',
  createdate: '2026-05-05T08:00:00Z',
  lastmodifieddate: '2026-05-12T08:00:00Z',
};
const person = (id: string, firstname: string | null, lastname: string | null, more: object = {}) => ({
  id,
  firstname,
  lastname,
  createdate: '2026-05-06T08:00:00Z',
  ...more,
});
const world = {
  hubspot: {
    owners,
    contacts: [
      hanna,
      person('502', 'Hanna', 'Koch', { email: 'hkoch@other.example', company: 'Other GmbH' }),
      person('503', 'Peter', 'Koch', { email: 'peter@gruenwald.example', hubspot_owner_id: '9003' }),
      person('504', 'José María', 'Núñez', { company: 'Lumière SA' }),
      person('505', null, 'Jean Luc Picard', { company: 'Blue River Foods' }),
      person('506', 'Gone', 'Koch', { email: 'gone@gruenwald.example', archived: true }),
      person('507', 'Locked', 'Person', { hs_read_only: 'true', hubspot_owner_id: '8888' }),
    ],
    companies: [
      {
        id: '701',
        name: 'Gruenwald AG',
        domain: 'gruenwald.example',
        industry: 'MANUFACTURING',
        numberofemployees: 260,
        annualrevenue: 33000000,
        country: 'Austria',
        hubspot_owner_id: '9001',
      },
      { id: '702', name: 'Gruenwald Services GmbH', domain: 'gw-services.example' },
      { id: '703', name: 'The New Gruenwald', domain: 'new.example' },
    ],
  },
};

const ana = { id: '9001', kind: 'user', email: 'ana.silva@example.com', name: 'Ana Silva', isActive: true };
const ben = { id: '9002', kind: 'user', email: 'ben.osei@example.com', name: 'Ben Osei', isActive: true };
const eve = { id: '9003', kind: 'user', email: 'eve.gone@example.com', name: 'Eve Gone', isActive: false };

async function setUp(
  options: {
    world?: object;
    accessToken?: string;
    timeoutMs?: number;
    onExchange?: (exchange: Exchange, standIn: CrmStandIn) => void;
  } = {},
) {
  const server = await serveStandIn({
    system: 'hubspot',
    world,
    create: createHubspotStandIn,
    ...options,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const log = createTestLog();
  const connector = createHubspotConnector({
    baseUrl: server.url,
    accessToken: credentials.hubspot.accessToken,
    timeoutMs: 2_000,
    log,
    ...options,
  });
  return { ...server, connector, log };
}

const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id);

async function recordOf(connector: CrmConnector, id: string): Promise<CrmRecord> {
  const record = await connector.getRecord(id);
  if (record === null) throw new Error(`The test world has no contact ${id}`);
  return record;
}

const contract = await loadContract('hubspot');

describe.skipIf(contract === null)('HubSpot contract', () => {
  test('every method of the connector asks what HubSpot takes, and the stand-in answers as HubSpot does', async () => {
    const { connector, exchanges } = await setUp();
    const record = await recordOf(connector, '501');
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
    };
    const operations: Record<string, (string | null)[]> = {};
    const problems: string[] = [];
    for (const [method, call] of Object.entries(calls)) {
      const from = exchanges.length;
      await call();
      const verdicts = exchanges.slice(from).map((exchange) => contract?.check(exchange));
      operations[method] = verdicts.map((verdict) => verdict?.operationId ?? null);
      problems.push(...verdicts.flatMap((verdict) => verdict?.problems ?? []));
    }
    expect(problems).toEqual([]);
    const searchAndRead = ['contacts_SearchApi_doSearch', 'contacts_BatchApi_read'];
    expect(operations).toEqual({
      findByEmail: [...searchAndRead, 'owners_OwnersApi_getById'],
      findByName: [...searchAndRead, 'owners_OwnersApi_getById'],
      // A deactivated owner is found by the second question only.
      getRecord: ['contacts_BasicApi_getById', 'owners_OwnersApi_getById', 'owners_OwnersApi_getById'],
      findPossibleDuplicates: [...searchAndRead, 'owners_OwnersApi_getById', 'owners_OwnersApi_getById'],
      findAccounts: ['companies_SearchApi_doSearch', 'companies_BatchApi_read', 'owners_OwnersApi_getById'],
      findOpenOpportunities: [],
      ownershipHistory: ['contacts_BasicApi_getById', 'owners_OwnersApi_getById'],
      findOwner: ['owners_OwnersApi_getPage_noslash', 'owners_OwnersApi_getPage_noslash'],
      listOwners: ['owners_OwnersApi_getPage_noslash', 'owners_OwnersApi_getPage_noslash'],
      changeOwner: ['contacts_BasicApi_getById', 'contacts_BasicApi_update'],
    });
  });
});

describe('HubSpot connector: reading', () => {
  test('a contact is read with its owner, and unknown values are null', async () => {
    const { connector } = await setUp();
    expect(await connector.getRecord('501')).toEqual({
      system: 'hubspot',
      id: '501',
      name: 'Hanna Koch',
      email: 'hanna.koch@gruenwald.example',
      company: 'Gruenwald AG',
      domain: 'gruenwald.example',
      country: 'Austria',
      state: null,
      postalCode: '1010',
      industry: null,
      employees: 260,
      annualRevenue: null,
      leadSource: 'PAID_SEARCH',
      lifecycleStage: 'lead',
      owner: ben,
      isConverted: false,
      isDeleted: false,
      lockedBecause: null,
      companyId: '701',
      createdAt: '2026-05-05T08:00:00.000Z',
      modifiedAt: '2026-05-12T08:00:00.000Z',
      url: null,
    });
  });

  test('a deactivated owner, one that HubSpot forgot and a read-only contact are told', async () => {
    const { connector } = await setUp();
    const forgotten = { id: '8888', kind: 'user', email: null, name: null, isActive: false };
    expect(await recordOf(connector, '503')).toMatchObject({ owner: eve, lockedBecause: null });
    expect(await recordOf(connector, '507')).toMatchObject({
      owner: forgotten,
      lockedBecause: 'HubSpot marks this contact as read-only.',
    });
  });

  test('unknown and archived contacts are null, and an id of another system is not asked for', async () => {
    const { connector, exchanges } = await setUp();
    expect(await connector.getRecord('599')).toBeNull();
    expect(await connector.getRecord('506')).toBeNull();
    expect(exchanges).toHaveLength(2);
    expect(await connector.getRecord('00Q000000000101EAA')).toBeNull();
    expect(await connector.ownershipHistory('00Q000000000101EAA')).toEqual([]);
    expect(await connector.ownershipHistory('599')).toEqual([]);
    expect(exchanges).toHaveLength(3);
  });

  test('an e-mail address is found in any letter case and as a further address, archived contacts are not', async () => {
    const { connector } = await setUp();
    const found = (email: string) => connector.findByEmail(email).then(idsOf);
    expect(await found('Hanna.KOCH@gruenwald.example')).toEqual(['501']);
    expect(await found('hk@gruenwald.example')).toEqual(['501']);
    expect(await found('gone@gruenwald.example')).toEqual([]);
    expect(await found('nobody@gruenwald.example')).toEqual([]);
  });

  test('what a search finds is read afresh, because its index lags behind', async () => {
    const { connector } = await setUp({
      onExchange: ({ request }, standIn) => {
        if (request.url.pathname.endsWith('/search')) standIn.patch('501', { hubspot_owner_id: '9001' });
      },
    });
    expect(await connector.findByEmail('hanna.koch@gruenwald.example')).toMatchObject([{ owner: ana }]);
  });

  test('a contact that is gone between search and reading is left out', async () => {
    const { connector } = await setUp({
      onExchange: ({ request }, standIn) => {
        if (request.url.pathname.endsWith('/search')) standIn.patch('501', { archived: true });
      },
    });
    expect(await connector.findByName({ name: 'Hanna Koch', company: null }).then(idsOf)).toEqual(['502']);
  });

  test.each([
    [{ name: 'hanna koch', company: null }, ['501', '502']],
    [{ name: 'Hanna Koch', company: 'gruenwald' }, ['501']],
    [{ name: 'Hanna Koch', company: 'Gruenwald AG Wien' }, ['501']],
    [{ name: null, company: 'Gruenwald' }, ['501']],
    [{ name: 'Koch', company: null }, ['501', '502', '503']],
    [{ name: 'José María Núñez', company: 'Lumiere' }, ['504']],
    [{ name: 'Jean-Luc Picard', company: 'Blue River' }, ['505']],
    [{ name: 'Hanna Kochmann', company: null }, []],
    [{ name: null, company: null }, []],
    [{ name: '?!', company: null }, []],
  ])('by name: %j', async (query, ids) => {
    const { connector } = await setUp();
    expect(idsOf(await connector.findByName(query))).toEqual(ids);
  });

  test('possible duplicates share the address, or the last name and the company or its domain', async () => {
    const { connector } = await setUp();
    const record = await recordOf(connector, '501');
    expect(idsOf(await connector.findPossibleDuplicates(record))).toEqual(['503']);
    const lead: CrmRecord = {
      ...record,
      system: 'salesforce',
      id: '00Q000000000101EAA',
      name: 'H. Koch',
      email: 'hanna@home.example',
      company: 'Other',
    };
    expect(idsOf(await connector.findPossibleDuplicates(lead))).toEqual(['501', '502']);
    const nobody = { ...lead, name: null, email: null, company: null };
    expect(await connector.findPossibleDuplicates(nobody)).toEqual([]);
  });

  test('companies are found by domain, by the beginning of the name and by id', async () => {
    const { connector } = await setUp();
    const none = { domain: null, name: null, companyId: null };
    expect(await connector.findAccounts({ ...none, domain: 'Gruenwald.example' })).toEqual([
      {
        system: 'hubspot',
        id: '701',
        name: 'Gruenwald AG',
        domain: 'gruenwald.example',
        country: 'Austria',
        state: null,
        industry: 'MANUFACTURING',
        employees: 260,
        annualRevenue: 33_000_000,
        owner: ana,
        url: null,
      },
    ]);
    expect(idsOf(await connector.findAccounts({ ...none, name: 'Gruenwald' }))).toEqual(['701', '702']);
    expect(idsOf(await connector.findAccounts({ ...none, companyId: '703' }))).toEqual(['703']);
    expect(await connector.findAccounts(none)).toEqual([]);
  });

  test('HubSpot has no open opportunities yet', async () => {
    const { connector, exchanges } = await setUp();
    expect(await connector.findOpenOpportunities(['701'])).toEqual([]);
    expect(exchanges).toEqual([]);
  });

  test('the history names the owners, oldest first, and leaves out what did not change', async () => {
    const { connector } = await setUp();
    for (const ownerId of ['9001', '9001', '9002']) {
      await connector.changeOwner({ id: '501', ownerId, ifUnmodifiedSince: null });
    }
    expect(await connector.ownershipHistory('501')).toEqual([
      { system: 'hubspot', recordId: '501', from: null, to: 'Ben Osei', at: '2026-05-05T08:00:00.000Z' },
      {
        system: 'hubspot',
        recordId: '501',
        from: 'Ben Osei',
        to: 'Ana Silva',
        at: '2026-05-18T09:00:00.000Z',
      },
      {
        system: 'hubspot',
        recordId: '501',
        from: 'Ana Silva',
        to: 'Ben Osei',
        at: '2026-05-18T09:00:00.002Z',
      },
    ]);
  });

  test('an owner is found by e-mail, deactivated or not, and has the id of the owner, not of the user', async () => {
    const { connector } = await setUp();
    expect(await connector.findOwner('BEN.osei@example.com')).toEqual(ben);
    expect(await connector.findOwner('eve.gone@example.com')).toEqual(eve);
    expect(await connector.findOwner('nobody@example.com')).toBeNull();
    expect(await connector.listOwners()).toEqual([ana, ben, eve]);
  });

  test('lists of several pages are read to their end', async () => {
    const many = Array.from({ length: 250 }, (_, index) => index + 1);
    const { connector, exchanges } = await setUp({
      world: {
        hubspot: {
          owners: many.map((number) => ({ id: String(number), email: `owner${number}@example.com` })),
          contacts: many.map((number) => ({
            id: String(number),
            lastname: `Person ${number}`,
            company: 'Nordlicht GmbH',
            hubspot_owner_id: number,
          })),
        },
      },
    });
    const records = await connector.findByName({ name: null, company: 'Nordlicht' });
    expect(records.map(({ owner }) => owner?.email)).toEqual(
      many.map((number) => `owner${number}@example.com`),
    );
    const paths = exchanges.map(({ request }) => request.url.pathname.replace('/crm/v3/', ''));
    expect(paths.toSorted()).toEqual([
      ...Array(3).fill('objects/contacts/batch/read'),
      ...Array(3).fill('objects/contacts/search'),
      // So many owners are cheaper as a list, three pages of it and an empty one of deactivated ones.
      ...Array(4).fill('owners/'),
    ]);
  });

  test('a search that finds more than HubSpot lists stops at its bound and says so', async () => {
    const { connector, answerNext, log } = await setUp();
    const page = { total: 20_000, results: [{ id: '501' }], paging: { next: { after: '10000' } } };
    answerNext({ status: 200, body: page });
    expect(idsOf(await connector.findByName({ name: 'Koch', company: null }))).toEqual(['501']);
    expect(log.warnings).toHaveLength(1);
  });
});

describe('HubSpot connector: changing the owner', () => {
  test('changes the owner of an unchanged contact, and the stamp moves on although the clock stands still', async () => {
    const { connector, standIn } = await setUp();
    await connector.changeOwner({
      id: '501',
      ownerId: '9001',
      ifUnmodifiedSince: '2026-05-12T10:00:00+02:00',
    });
    const first = await recordOf(connector, '501');
    await connector.changeOwner({ id: '501', ownerId: '9002', ifUnmodifiedSince: first.modifiedAt });
    const second = await recordOf(connector, '501');
    expect([first.owner, second.owner]).toEqual([ana, ben]);
    expect([first.modifiedAt, second.modifiedAt]).toEqual([
      '2026-05-18T09:00:00.000Z',
      '2026-05-18T09:00:00.001Z',
    ]);
    expect(standIn.writes()).toMatchObject({ '501': 2, '502': 0 });
    expect(standIn.owners()).toMatchObject({ '501': 'ben.osei@example.com', '502': null });
  });

  test.each([
    ['changed', { state: 'Tirol' }],
    ['archived', { archived: true }],
  ])('a contact that was %s since it was read is left alone', async (_, fields) => {
    const { connector, standIn } = await setUp();
    const { modifiedAt } = await recordOf(connector, '501');
    standIn.patch('501', fields);
    await expect(
      connector.changeOwner({ id: '501', ownerId: '9001', ifUnmodifiedSince: modifiedAt }),
    ).rejects.toMatchObject({ code: 'record_changed' });
    expect(standIn.writes()).toMatchObject({ '501': 0 });
  });

  test("HubSpot's conflict counts as a change by somebody else", async () => {
    const { connector, answerNext } = await setUp();
    answerNext(
      {
        status: 409,
        body: { status: 'error', message: 'Conflict', correlationId: 'c', category: 'CONFLICT' },
      },
      ({ method }) => method === 'PATCH',
    );
    await expect(
      connector.changeOwner({ id: '501', ownerId: '9001', ifUnmodifiedSince: null }),
    ).rejects.toMatchObject({ code: 'record_changed' });
  });

  test.each([
    ['9003', '501', '9003 was not a valid owner id'],
    ['9001', '507', 'This record is read-only and cannot be edited.'],
    ['9001', '599', 'resource not found'],
  ])("owner %s for contact %s is refused in HubSpot's own words", async (ownerId, id, words) => {
    const { connector, standIn } = await setUp();
    await expect(connector.changeOwner({ id, ownerId, ifUnmodifiedSince: null })).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(words),
    });
    expect(Object.values(standIn.writes()).every((count) => count === 0)).toBe(true);
  });

  test('a write whose answer is lost was made once and can be read back', async () => {
    const { connector, standIn, faults } = await setUp();
    faults.arm('hubspot', 'write_then_reset', 1);
    await expect(
      connector.changeOwner({ id: '501', ownerId: '9001', ifUnmodifiedSince: null }),
    ).rejects.toMatchObject({ code: 'vendor_unreachable' });
    expect(await recordOf(connector, '501')).toMatchObject({ owner: ana });
    expect(standIn.writes()).toMatchObject({ '501': 1 });
  });
});

describe('HubSpot connector: failures, each after one try', () => {
  const refusal = (status: number, message: string, headers: Record<string, string> = {}): StandInReply => ({
    status,
    headers,
    body: { status: 'error', message, correlationId: 'c-1', category: 'SOME_CATEGORY' },
  });
  const page = { 'content-type': 'text/html' };

  test.each<[string, StandInReply, object]>([
    [
      'a missing scope',
      refusal(403, 'This app does not have the scope crm.objects.contacts.read.'),
      { code: 'vendor_refused', message: expect.stringContaining('does not have the scope') },
    ],
    ['a bad request', refusal(400, 'Bad id.'), { code: 'vendor_refused' }],
    [
      '429 with seconds',
      refusal(429, 'Slow down', { 'retry-after': '3' }),
      { code: 'vendor_busy', retryAfterMs: 3_000 },
    ],
    [
      '429 with a fraction',
      refusal(429, 'Slow down', { 'retry-after': '0.25' }),
      { code: 'vendor_busy', retryAfterMs: 250 },
    ],
    ['429 without a time', refusal(429, 'Slow down'), { code: 'vendor_busy', retryAfterMs: undefined }],
    ['a lock by a large sync', refusal(423, 'Locked'), { code: 'vendor_busy' }],
    ['503', refusal(503, 'Unavailable'), { code: 'vendor_unreachable' }],
    [
      'a gateway that speaks HTML',
      { status: 502, headers: page, body: '<h1>Bad gateway</h1>' },
      { code: 'vendor_unreachable' },
    ],
    [
      'a sign-in page',
      { status: 200, headers: page, body: '<html>Sign in</html>' },
      { code: 'vendor_garbled' },
    ],
    ['a redirect', { status: 302, headers: { location: '/login' } }, { code: 'vendor_garbled' }],
    [
      "a 404 that is not HubSpot's",
      { status: 404, headers: page, body: '<h1>Not found</h1>' },
      { code: 'vendor_garbled' },
    ],
    ['JSON of another form', { status: 200, body: { items: [] } }, { code: 'vendor_garbled' }],
    ['half an answer', { status: 200, body: '{"id":"501","prop' }, { code: 'vendor_garbled' }],
    [
      'an answer that breaks off',
      { status: 200, headers: { 'content-length': '500', connection: 'close' }, body: '{"id":' },
      { code: 'vendor_unreachable' },
    ],
  ])('%s', async (_, reply, error) => {
    const { connector, answerNext, exchanges } = await setUp();
    answerNext(reply);
    await expect(connector.getRecord('501')).rejects.toMatchObject(error);
    expect(exchanges).toHaveLength(1);
  });

  test('429 with a date gives the time until then', async () => {
    const { connector, answerNext } = await setUp();
    answerNext(refusal(429, 'Slow down', { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
    const error: unknown = await connector.getRecord('501').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'vendor_busy', retryAfterMs: expect.any(Number) });
    const { retryAfterMs } = error as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test("a wrong token is told in HubSpot's words, without the token", async () => {
    const { connector } = await setUp({ accessToken: 'wrong-token' });
    const error: unknown = await connector.listOwners().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'vendor_auth',
      message: expect.stringContaining('Authentication credentials not found'),
    });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('wrong-token');
  });

  test.each(['timeout', 'reset'] as const)('%s', async (kind) => {
    const { connector, faults } = await setUp({ timeoutMs: 100 });
    faults.arm('hubspot', kind, 1);
    await expect(connector.getRecord('501')).rejects.toMatchObject({ code: 'vendor_unreachable' });
    expect(await recordOf(connector, '501')).toMatchObject({ id: '501' });
  });

  test("the sandbox's own 429 and 503 are HubSpot's", async () => {
    const { connector, faults } = await setUp();
    faults.arm('hubspot', 'http_429', 2);
    faults.arm('hubspot', 'http_503', 1);
    const codes: unknown[] = [];
    for (const email of ['a@b.example', 'c@d.example', 'e@f.example']) {
      codes.push(
        await connector.findByEmail(email).catch(({ code, retryAfterMs }) => ({ code, retryAfterMs })),
      );
    }
    expect(codes).toEqual([
      { code: 'vendor_busy', retryAfterMs: 1_000 },
      { code: 'vendor_busy', retryAfterMs: undefined },
      { code: 'vendor_unreachable', retryAfterMs: undefined },
    ]);
  });

  test('a call that is cancelled ends at once', async () => {
    const { connector, faults } = await setUp();
    faults.arm('hubspot', 'timeout', 1);
    const signal = AbortSignal.timeout(20);
    await expect(connector.getRecord('501', { signal })).rejects.toMatchObject({ code: 'cancelled' });
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
