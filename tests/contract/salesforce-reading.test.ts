import { describe, expect, it } from 'vitest';
import {
  acciaio,
  ana,
  ben,
  connect,
  eve,
  ids,
  jonas,
  read,
  startAnswering,
  startOrganisation,
  startServer,
} from './salesforce-organisation.ts';

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
        campaigns: [
          {
            id: '701000000000002AAA',
            name: 'Steel webinar',
            type: 'Webinar',
            at: '2026-05-11T08:00:00.000Z',
          },
          {
            id: '701000000000001AAA',
            name: 'Hannover Fair',
            type: 'Trade Show',
            at: '2026-05-10T08:00:00.000Z',
          },
        ],
        url: `${url}/lightning/r/Lead/${jonas}/view`,
      },
    ]);
  });

  it('says the same of every lead as the stand-in does', async () => {
    const { connector, standIn } = await startOrganisation();
    const records = standIn.records();
    const read = await Promise.all(records.map(({ id }) => connector.getRecord(id)));
    // The stand-in's list leaves out what belongs to a lead.
    expect(read.map((record) => record && { ...record, campaigns: undefined })).toEqual(records);
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
    const { connector, exchanges } = await startOrganisation({ world: { salesforce: { users: many } } });
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
    const record = await read(connect(url, { accessToken: 'salesforce-token' }), jonas);
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
