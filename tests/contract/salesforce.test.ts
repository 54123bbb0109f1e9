import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CrmConnector } from '../../electron/core/connectors/connector.ts';
import { createSalesforceConnector } from '../../electron/core/connectors/salesforce/client.ts';
import type { Log } from '../../electron/core/ports.ts';
import { createFaults } from '../../electron/core/sandbox/faults.ts';
import { createSalesforceStandIn } from '../../electron/core/sandbox/salesforce.ts';
import type { CrmStandIn } from '../../electron/core/sandbox/stand-in.ts';
import { startVendorServer } from '../../electron/core/sandbox/vendor-server.ts';
import { parseWorld } from '../../electron/core/sandbox/world.ts';
import { AppError } from '../../shared/model/errors.ts';
import type { CrmRecord } from '../../shared/model/lead.ts';
import { type Exchange, loadContract } from './contract-check.ts';

const ana = '005000000000001AAA';
const ben = '005000000000002AAA';
const eve = '005000000000005AAA';
const queue = '00G000000000009EAA';
const jonas = '00Q000000000101EAA';
const acciaio = '001000000000202AAA';
const now = new Date('2026-05-18T09:00:00.400Z');

const users = [
  { Id: ana, Name: 'Ana Silva', Email: 'ana.silva@example.com', IsActive: true },
  { Id: ben, Name: 'Ben Osei', Email: 'Ben.Osei@example.com', IsActive: true },
  { Id: eve, Name: 'Eve Gone', Email: 'eve.gone@example.com', IsActive: false },
];
const leads = [
  lead('101', {
    FirstName: 'Jonas',
    LastName: 'Weber',
    Email: 'Jonas.Weber@nordlicht.example',
    Company: 'Nordlicht GmbH',
    Website: 'https://www.nordlicht.example/about',
    Country: 'Germany',
    State: null,
    PostalCode: '20095',
    Industry: ' ',
    NumberOfEmployees: 420,
    AnnualRevenue: 61_000_000,
    LeadSource: 'Web',
    Status: 'Open',
    OwnerId: ben,
    CreatedDate: '2026-05-10T08:00:00Z',
    LastModifiedDate: '2026-05-12T08:00:00Z',
  }),
  lead('102', { FirstName: 'José', LastName: "O'Brien", Company: 'Acciaio S. p. A.', OwnerId: ana }),
  lead('103', { FirstName: 'Anna', LastName: 'Weber', Email: 'anna@shop.example', Company: 'Shop 100%' }),
  lead('104', { FirstName: 'J.', LastName: 'Weber', Email: 'jw@nordlicht.example', OwnerId: eve }),
  lead('105', { LastName: 'Converted', Email: 'old@converted.example', IsConverted: true, OwnerId: ben }),
  lead('106', { LastName: 'Deleted', Email: 'deleted@shop.example', IsDeleted: true }),
  lead('107', { LastName: 'Queued', Email: 'queued@shop.example', OwnerId: queue }),
];

function lead(number: string, fields: Record<string, unknown>) {
  return { Id: `00Q000000000${number}EAA`, ...fields };
}

const world = parseWorld(
  {
    salesforce: {
      users,
      leads,
      queues: [{ Id: queue, Name: 'Unassigned' }],
      accounts: [
        { Id: '001000000000201AAA', Name: 'Titan Industries', Website: 'http://titan.example', OwnerId: ana },
        { Id: acciaio, Name: 'Acciaio SpA', BillingCountry: 'Italy', OwnerId: eve },
      ],
      opportunities: [
        { Id: '006000000000301AAA', Name: 'Open', AccountId: acciaio, StageName: 'Proposal', OwnerId: ana },
        { Id: '006000000000302AAA', Name: 'Won', AccountId: acciaio, StageName: 'Closed Won', OwnerId: ana },
        { Id: '006000000000303AAA', Name: 'Lost', AccountId: acciaio, IsClosed: true, OwnerId: ana },
      ],
      leadHistory: [
        {
          LeadId: jonas,
          Field: 'Owner',
          OldValue: 'Ana Silva',
          NewValue: 'Ben Osei',
          CreatedDate: '2026-05-12T08:00:00Z',
        },
        { LeadId: jonas, Field: 'Status', NewValue: 'Open', CreatedDate: '2026-05-11T08:00:00Z' },
      ],
    },
  },
  'the test world',
);

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};
const credentials = {
  slack: { botToken: '', appToken: '' },
  salesforce: { clientId: 'client', clientSecret: 'secret', accessToken: 'good-token' },
  hubspot: { accessToken: '' },
  confluence: { email: '', apiToken: '', bearerToken: '' },
  microsoft: { tenantId: '', clientId: '', clientSecret: '', refreshToken: '' },
};

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

function connect(url: string, options: { accessToken?: string; clientSecret?: string } = {}): CrmConnector {
  return createSalesforceConnector({
    loginUrl: url,
    clientId: 'client',
    clientSecret: 'secret',
    timeoutMs: 400,
    log: silent,
    ...options,
  });
}

interface Organisation {
  connector: CrmConnector;
  standIn: CrmStandIn;
  faults: ReturnType<typeof createFaults>;
  url: string;
  exchanges: Exchange[];
}

async function startOrganisation({ startsWith = world } = {}): Promise<Organisation> {
  const faults = createFaults();
  const exchanges: Exchange[] = [];
  let standIn: CrmStandIn | undefined;
  const server = await startVendorServer({
    system: 'salesforce',
    faults,
    log: silent,
    timeoutHoldMs: 5_000,
    limitFactor: 1,
    onExchange: (exchange) => exchanges.push(exchange),
    onSettled: () => undefined,
    standIn: (baseUrl) => {
      const clock = { now: () => now, sleep: () => Promise.resolve() };
      const context = { world: startsWith, clock, log: silent, credentials, changed: () => undefined };
      standIn = createSalesforceStandIn({ ...context, baseUrl: () => baseUrl });
      return standIn;
    },
  });
  running.push(() => server.stop());
  if (standIn === undefined) throw new Error('The stand-in was not built');
  return { connector: connect(server.url), standIn, faults, url: server.url, exchanges };
}

/** A vendor that answers what the stand-in never would. */
async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startAnswering(status: number, body: string, contentType = 'application/json') {
  const seen: string[] = [];
  const url = await startServer((request, response) => {
    seen.push(`${request.method} ${request.url?.split('?')[0]}`);
    response.writeHead(status, { 'content-type': contentType }).end(body);
  });
  return { connector: connect(url, { accessToken: 'good-token' }), seen };
}

const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id);

async function failureOf(call: Promise<unknown>): Promise<AppError> {
  const thrown: unknown = await call.then(
    () => new Error('The call did not fail'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw thrown;
  return thrown;
}

async function read(connector: CrmConnector, id: string): Promise<CrmRecord> {
  const record = await connector.getRecord(id);
  if (record === null) throw new Error(`${id} is not there`);
  return record;
}

describe('Salesforce connector: reading', () => {
  it('finds a lead by e-mail, letter case aside, and reads it in the shape of all CRMs', async () => {
    const { connector, url } = await startOrganisation();
    expect(await connector.findByEmail(' JONAS.weber@nordlicht.example')).toEqual([
      {
        system: 'salesforce',
        id: jonas,
        name: 'Jonas Weber',
        email: 'Jonas.Weber@nordlicht.example',
        company: 'Nordlicht GmbH',
        domain: 'nordlicht.example',
        country: 'Germany',
        state: null,
        postalCode: '20095',
        industry: null,
        employees: 420,
        annualRevenue: 61_000_000,
        leadSource: 'Web',
        lifecycleStage: 'Open',
        owner: { id: ben, kind: 'user', email: 'Ben.Osei@example.com', name: 'Ben Osei', isActive: true },
        isConverted: false,
        isDeleted: false,
        lockedBecause: null,
        companyId: null,
        createdAt: '2026-05-10T08:00:00.000Z',
        modifiedAt: '2026-05-12T08:00:00.000Z',
        url: `${url}/lightning/r/Lead/${jonas}/view`,
      },
    ]);
  });

  it('says the same of every lead as the stand-in does', async () => {
    const { connector, standIn } = await startOrganisation();
    const records = standIn.records();
    expect(await Promise.all(records.map(({ id }) => connector.getRecord(id)))).toEqual(records);
    expect(ids(records)).not.toContain('00Q000000000106EAA');
  });

  it('takes words that mean something in SOQL for text', async () => {
    const { connector } = await startOrganisation();
    const found = await Promise.all([
      connector.findByEmail("x' OR Name LIKE '%"),
      connector.findByEmail("x\\' OR Id != null OR Email = 'x"),
      connector.findByName({ name: "%' OR Id != null --", company: null }),
      connector.findByName({ name: '%', company: '_' }),
      connector.findByName({ name: null, company: 'S_op%' }),
    ]);
    expect(found).toEqual([[], [], [], [], []]);
    expect(ids(await connector.findByName({ name: null, company: 'shop 100%' }))).toEqual([
      '00Q000000000103EAA',
    ]);
  });

  it.each([
    ['without its accent and quote', { name: 'jose obrien', company: null }],
    ['with another quote', { name: 'José O’Brien', company: null }],
    ['with the legal form spelled otherwise', { name: "José O'Brien", company: 'Acciaio SpA' }],
    ['by one word', { name: "o'brien", company: null }],
    ['by its company alone', { name: null, company: 'ACCIAIO' }],
  ])('finds a name %s', async (_how, query) => {
    const { connector } = await startOrganisation();
    expect(ids(await connector.findByName(query))).toEqual(['00Q000000000102EAA']);
  });

  it('takes ids of 15 and 18 characters, and has null for what is no record', async () => {
    const { connector, exchanges } = await startOrganisation();
    expect((await connector.getRecord('00Q000000000101'))?.id).toBe(jonas);
    const missing = ['00Q000000000999EAA', '00Q000000000106EAA', '', "00Q' OR Id != ''"];
    expect(await Promise.all(missing.map((id) => connector.getRecord(id)))).toEqual([null, null, null, null]);
    expect(exchanges.filter(({ reply }) => reply.status >= 400)).toEqual([]);
  });

  it('tells queues, inactive owners, conversion and locks apart', async () => {
    const { connector, standIn } = await startOrganisation();
    standIn.patch('00Q000000000103EAA', { IsLocked: true });
    standIn.patch('00Q000000000102EAA', { MayEdit: false });
    const seen = await Promise.all(
      ['107', '104', '105', '103', '102'].map((number) => read(connector, `00Q000000000${number}EAA`)),
    );
    expect(
      seen.map(({ owner, isConverted, lockedBecause }) => [
        owner === null ? null : `${owner.kind} ${owner.name} ${owner.isActive}`,
        isConverted,
        lockedBecause,
      ]),
    ).toEqual([
      ['queue Unassigned true', false, null],
      ['user Eve Gone false', false, null],
      ['user Ben Osei true', true, null],
      [null, false, 'IsLocked is true'],
      ['user Ana Silva true', false, 'MayEdit is false'],
    ]);
  });

  it('finds possible duplicates by e-mail, and by last name at the same domain or company', async () => {
    const { connector, standIn } = await startOrganisation();
    standIn.patch('00Q000000000107EAA', { Email: 'jonas.weber@NORDLICHT.example' });
    const record = await read(connector, jonas);
    expect(ids(await connector.findPossibleDuplicates(record)).sort()).toEqual([
      '00Q000000000104EAA',
      '00Q000000000107EAA',
    ]);
    expect(
      ids(
        await connector.findPossibleDuplicates({
          ...record,
          system: 'hubspot',
          id: '501',
          email: null,
          domain: null,
        }),
      ),
    ).toEqual([jonas]);
  });

  it('finds accounts by domain and by the beginning of the name', async () => {
    const { connector } = await startOrganisation();
    const [byDomain, byName, neither] = await Promise.all([
      connector.findAccounts({ domain: 'www.titan.example', name: null, companyId: null }),
      connector.findAccounts({ domain: null, name: 'Acciaio S.p.A.', companyId: '701' }),
      connector.findAccounts({ domain: null, name: null, companyId: '701' }),
    ]);
    expect([byDomain.map(({ domain }) => domain), neither]).toEqual([['titan.example'], []]);
    expect(byName).toMatchObject([
      { id: acciaio, name: 'Acciaio SpA', domain: null, country: 'Italy', owner: { isActive: false } },
    ]);
  });

  it('lists opportunities that are neither won nor lost', async () => {
    const { connector } = await startOrganisation();
    expect(await connector.findOpenOpportunities([acciaio, '001000000000202', 'hubspot-701'])).toMatchObject([
      { name: 'Open', accountId: acciaio, stage: 'Proposal', amount: null, owner: { id: ana } },
    ]);
    expect(await connector.findOpenOpportunities([])).toEqual([]);
  });

  it('finds a user by e-mail, active or not', async () => {
    const { connector } = await startOrganisation();
    expect(
      await Promise.all(
        ['BEN.osei@example.com', 'eve.gone@example.com', 'nobody@example.com'].map((email) =>
          connector.findOwner(email),
        ),
      ),
    ).toMatchObject([{ id: ben, isActive: true }, { id: eve, isActive: false }, null]);
  });

  it('lists all owners over several pages', async () => {
    const many = Array.from({ length: 4_321 }, (_, index) => ({
      Id: `005${String(index).padStart(12, '0')}AAA`,
      Name: `User ${index}`,
      Email: `user.${index}@example.com`,
    }));
    const { connector, exchanges } = await startOrganisation({
      startsWith: parseWorld({ salesforce: { users: many } }, 'many users'),
    });
    const owners = await connector.listOwners();
    expect(new Set(ids(owners))).toEqual(new Set(ids(many.map(({ Id }) => ({ id: Id })))));
    expect(exchanges.filter(({ request }) => request.url.pathname.includes('/query'))).toHaveLength(3);
  });

  it('asks only for fields that the organisation shows', async () => {
    let soql = '';
    const url = await startServer((request, response) => {
      const address = new URL(request.url ?? '', 'http://localhost');
      const isDescribe = address.pathname.endsWith('/describe');
      if (!isDescribe) soql = address.searchParams.get('q') ?? '';
      const fields = ['Id', 'Name', 'OwnerId'].map((name) => ({ name, type: 'string' }));
      const lock = { name: 'Record_Locked__c', type: 'boolean' };
      const row = { Id: jonas, Name: 'Jonas', OwnerId: ben, Owner: null, Record_Locked__c: true };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(
          isDescribe ? { fields: [...fields, lock] } : { totalSize: 1, done: true, records: [row] },
        ),
      );
    });
    const record = await read(connect(url, { accessToken: 'good-token' }), jonas);
    expect(soql).toMatch(
      /^SELECT Id, Name, OwnerId, Record_Locked__c, Owner\.Name, Owner\.Email, Owner\.IsActive FROM Lead /,
    );
    expect(record).toMatchObject({
      employees: null,
      lockedBecause: 'Record_Locked__c is true',
      owner: { id: ben, email: null, isActive: false },
    });
  });

  it('has no history where the organisation keeps none', async () => {
    const body = JSON.stringify([
      { errorCode: 'INVALID_TYPE', message: "sObject type 'LeadHistory' is not supported." },
    ]);
    const { connector } = await startAnswering(400, body);
    expect(await connector.ownershipHistory(jonas)).toEqual([]);
  });
});

describe('Salesforce connector: changing the owner', () => {
  it('writes it, moves the stamp on and keeps the history, oldest first', async () => {
    const { connector, standIn } = await startOrganisation();
    const before = await read(connector, jonas);
    await connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: before.modifiedAt });
    expect(await read(connector, jonas)).toEqual({
      ...before,
      owner: { id: ana, kind: 'user', email: 'ana.silva@example.com', name: 'Ana Silva', isActive: true },
      modifiedAt: '2026-05-18T09:00:00.000Z',
    });
    const change = { system: 'salesforce', recordId: jonas };
    expect(await connector.ownershipHistory('00Q000000000101')).toEqual([
      { ...change, from: 'Ana Silva', to: 'Ben Osei', at: '2026-05-12T08:00:00.000Z' },
      { ...change, from: 'Ben Osei', to: 'Ana Silva', at: '2026-05-18T09:00:00.000Z' },
    ]);
    expect([standIn.owners()[jonas], standIn.writes()[jonas]]).toEqual(['ana.silva@example.com', 1]);
  });

  it('is refused when somebody changed the lead after it was read, also within the same second', async () => {
    const { connector, standIn } = await startOrganisation();
    standIn.patch(jonas, { Country: 'Austria' });
    const { modifiedAt } = await read(connector, jonas);
    standIn.patch(jonas, { Country: 'Germany' });
    const change = connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: modifiedAt });
    expect((await failureOf(change)).code).toBe('record_changed');
    expect([standIn.owners()[jonas], standIn.writes()[jonas]]).toEqual(['Ben.Osei@example.com', 0]);
  });

  it('counts as a write also where the owner stays', async () => {
    const { connector, standIn } = await startOrganisation();
    await connector.changeOwner({ id: jonas, ownerId: ben, ifUnmodifiedSince: null });
    await connector.changeOwner({ id: jonas, ownerId: queue, ifUnmodifiedSince: null });
    expect([standIn.owners()[jonas], standIn.writes()[jonas]]).toEqual([null, 2]);
    expect(await connector.ownershipHistory(jonas)).toHaveLength(2);
  });

  it.each([
    ['a converted lead', '105', ana, 'vendor_refused', 'cannot reference converted lead'],
    ['a locked lead', '103', ana, 'vendor_refused', 'the entity is locked for editing'],
    ['an inactive owner', '101', eve, 'vendor_refused', `operation performed with inactive user [${eve}]`],
    ['an unknown owner', '101', '005000000000099AAA', 'vendor_refused', 'invalid cross reference id'],
    ['an owner that is no id', '101', 'ana', 'vendor_refused', 'id value of incorrect type: ana'],
    ['a lead deleted meanwhile', '106', ana, 'record_changed', 'was deleted or merged'],
    ['a lead that never was', '999', ana, 'record_changed', 'is no longer in Salesforce'],
  ])('says in the words of Salesforce why not: %s', async (_what, number, ownerId, code, words) => {
    const { connector, standIn } = await startOrganisation();
    standIn.patch('00Q000000000103EAA', { IsLocked: true });
    const id = `00Q000000000${number}EAA`;
    const failure = await failureOf(connector.changeOwner({ id, ownerId, ifUnmodifiedSince: null }));
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
    expect(Object.values(standIn.writes()).every((count) => count === 0)).toBe(true);
  });

  it('may have been carried out although its answer was lost', async () => {
    const { connector, standIn, faults } = await startOrganisation();
    faults.arm('salesforce', 'write_then_reset', 1);
    const change = connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: null });
    expect((await failureOf(change)).code).toBe('vendor_unreachable');
    expect(standIn.writes()[jonas]).toBe(1);
  });
});

describe('Salesforce connector: sessions', () => {
  it('shares one request for a token among calls, and renews a session that ran out', async () => {
    const { url, exchanges } = await startOrganisation();
    const connector = connect(url, { accessToken: 'ran-out' });
    await Promise.all(['101', '102', '103'].map((number) => connector.getRecord(`00Q000000000${number}EAA`)));
    await connector.listOwners();
    const tokens = exchanges.filter(({ request }) => request.url.pathname === '/services/oauth2/token');
    expect(tokens).toHaveLength(1);
  });

  it('says so when Salesforce does not know the secret', async () => {
    const { url } = await startOrganisation();
    const failure = await failureOf(connect(url, { clientSecret: 'wrong' }).listOwners());
    expect([failure.code, failure.message]).toEqual([
      'vendor_auth',
      expect.stringContaining('"invalid client credentials" (invalid_client)'),
    ]);
  });

  it('renews once only when every token is refused', async () => {
    const seen: string[] = [];
    const url = await startServer((request, response) => {
      const isToken = request.url === '/services/oauth2/token';
      seen.push(isToken ? 'token' : 'query');
      const token = {
        access_token: 'another',
        instance_url: `http://${request.headers.host}`,
        token_type: 'Bearer',
      };
      const refusal = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
      response.writeHead(isToken ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isToken ? token : refusal));
    });
    expect((await failureOf(connect(url).listOwners())).code).toBe('vendor_auth');
    expect(seen).toEqual(['token', 'query', 'token', 'query']);
  });
});

describe('Salesforce connector: failures, each tried once', () => {
  it.each([
    ['http_503', 'vendor_unreachable'],
    ['http_429', 'vendor_busy'],
    ['timeout', 'vendor_unreachable'],
    ['reset', 'vendor_unreachable'],
  ] as const)('%s is %s', async (kind, code) => {
    const { connector, faults } = await startOrganisation();
    await connector.listOwners();
    faults.arm('salesforce', kind, 2);
    const failure = await failureOf(connector.listOwners());
    expect([failure.code, failure.isRetried, faults.armed()]).toEqual([
      code,
      true,
      [{ system: 'salesforce', kind, times: 1 }],
    ]);
    expect(failure.retryAfterMs).toBe(kind === 'http_429' ? 1000 : undefined);
  });

  it('recovers when the describe before the first query failed', async () => {
    const { connector, faults } = await startOrganisation();
    await connector.listOwners();
    faults.arm('salesforce', 'reset', 1);
    expect((await failureOf(connector.getRecord(jonas))).code).toBe('vendor_unreachable');
    expect((await connector.getRecord(jonas))?.id).toBe(jonas);
  });

  const refusal = (errorCode: string) => JSON.stringify([{ errorCode, message: 'words of the vendor' }]);
  it.each([
    ['a web page', 200, '<html>Sign in</html>', 'text/html', 'vendor_garbled'],
    ['a truncated body', 200, '{"done": true, "records": [{"Id"', 'application/json', 'vendor_garbled'],
    ['data of another form', 200, '{"records": "none"}', 'application/json', 'vendor_garbled'],
    ['a web page for an error', 404, '<html>Not here</html>', 'text/html', 'vendor_garbled'],
    ['a redirect', 302, '', 'text/html', 'vendor_garbled'],
    ['a gateway that gives up', 502, '<html>Bad gateway</html>', 'text/html', 'vendor_unreachable'],
    ['a row lock', 400, refusal('UNABLE_TO_LOCK_ROW'), 'application/json', 'vendor_busy'],
    ['the daily limit', 403, refusal('REQUEST_LIMIT_EXCEEDED'), 'application/json', 'vendor_refused'],
    ['a missing right', 403, refusal('INSUFFICIENT_ACCESS'), 'application/json', 'vendor_refused'],
  ])('%s (HTTP %i)', async (_what, status, body, contentType, code) => {
    const { connector, seen } = await startAnswering(status, body, contentType);
    const failure = await failureOf(connector.findOwner('ana.silva@example.com'));
    expect([failure.code, seen]).toEqual([code, ['GET /services/data/v62.0/query']]);
    if (body.includes('words')) expect(failure.message).toContain('words of the vendor');
    expect(failure.message).not.toContain('ana.silva');
  });

  it('a connection that breaks off within the body is vendor_unreachable', async () => {
    const url = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"done"', () => response.destroy());
    });
    const failure = await failureOf(connect(url, { accessToken: 'good-token' }).listOwners());
    expect(failure.code).toBe('vendor_unreachable');
  });

  it('ends at once when the caller gives up', async () => {
    const { connector, faults } = await startOrganisation();
    await connector.listOwners();
    faults.arm('salesforce', 'timeout', 1);
    const call = connector.listOwners({ signal: AbortSignal.timeout(30) });
    expect((await failureOf(call)).code).toBe('cancelled');
  });
});

const contract = await loadContract('salesforce');

describe.skipIf(contract === null)('Salesforce contract', () => {
  it('holds for every request of every method and for every answer of the stand-in', async () => {
    const { connector, exchanges } = await startOrganisation();
    const record = await read(connector, jonas);
    const calls: Record<Exclude<keyof CrmConnector, 'system'>, () => Promise<unknown>> = {
      findByEmail: () => connector.findByEmail("o'brien@nordlicht.example"),
      findByName: () => connector.findByName({ name: "José O'Brien", company: 'Acciaio SpA' }),
      getRecord: () => connector.getRecord('00Q000000000101'),
      findPossibleDuplicates: () => connector.findPossibleDuplicates(record),
      findAccounts: () =>
        connector.findAccounts({ domain: 'titan.example', name: 'Acciaio', companyId: null }),
      findOpenOpportunities: () => connector.findOpenOpportunities([acciaio]),
      ownershipHistory: () => connector.ownershipHistory(jonas),
      findOwner: () => connector.findOwner('ana.silva@example.com'),
      listOwners: () => connector.listOwners(),
      changeOwner: () =>
        connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: record.modifiedAt }),
    };
    const breaches: string[] = [];
    const operations: Record<string, string[]> = {};
    for (const [method, call] of Object.entries(calls)) {
      exchanges.length = 0;
      await call();
      const verdicts = exchanges.map((exchange) => contract?.check(exchange));
      operations[method] = verdicts.map((verdict) => verdict?.operationId ?? 'none');
      breaches.push(...verdicts.flatMap((verdict) => verdict?.problems ?? []));
    }
    expect(breaches).toEqual([]);
    expect(operations).toEqual({
      findByEmail: ['query'],
      findByName: ['query'],
      getRecord: ['query'],
      findPossibleDuplicates: ['query'],
      findAccounts: ['describeAccount', 'query'],
      findOpenOpportunities: ['query'],
      ownershipHistory: ['query'],
      findOwner: ['query'],
      listOwners: ['query'],
      changeOwner: ['updateLead'],
    });
  });

  it('holds for signing in, for describing, and for records read one by one', async () => {
    const { connector, exchanges, url } = await startOrganisation();
    await connector.getRecord(jonas);
    const headers = { authorization: 'Bearer good-token' };
    const reads = ['', '?fields=Name,Owner.Name'].map((fields) =>
      fetch(`${url}/services/data/v62.0/sobjects/Lead/${jonas}${fields}`, { headers }),
    );
    await Promise.all(reads);
    const verdicts = exchanges.map((exchange) => contract?.check(exchange));
    expect(verdicts).toEqual(
      ['token', 'describeLead', 'query', 'getLead', 'getLead'].map((operationId) => ({
        operationId,
        problems: [],
      })),
    );
  });

  it('holds for later pages, which the contract knows by the form of the first', async () => {
    const many = Array.from({ length: 2_001 }, (_, index) => ({
      Id: `005${String(index).padStart(12, '0')}AAA`,
      Name: `User ${index}`,
    }));
    const { connector, exchanges } = await startOrganisation({
      startsWith: parseWorld({ salesforce: { users: many } }, 'many users'),
    });
    await connector.listOwners();
    const last = exchanges.at(-1);
    if (last === undefined) throw new Error('Nothing was exchanged');
    expect(last.request.url.pathname).toMatch(/^\/services\/data\/v62\.0\/query\/01g/);
    const url = new URL('/services/data/v62.0/query?q=SELECT+Id', last.request.url);
    expect(contract?.check({ ...last, request: { ...last.request, url } }).problems).toEqual([]);
  });
});
