import { describe, expect, test } from 'vitest';
import type { CrmRecord } from '../../shared/model/lead.ts';
import { ana, ben, eve, idsOf, recordOf, recordUrl, setUp } from './hubspot-bench.ts';

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
      url: recordUrl('0-1', '501'),
      sourceDetail: 'First: Paid search.',
      campaigns: [],
      otherCompanyIds: ['690'],
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
        url: recordUrl('0-2', '701'),
      },
    ]);
    expect(idsOf(await connector.findAccounts({ ...none, name: 'Gruenwald' }))).toEqual(['701', '702']);
    expect(idsOf(await connector.findAccounts({ ...none, companyId: '703' }))).toEqual(['703']);
    expect(
      idsOf(await connector.findAccounts({ ...none, companyId: '701', otherCompanyIds: ['690'] })),
    ).toEqual(['701', '690']);
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
      '/account-info/v3/details',
      ...Array(3).fill('/crm/v4/associations/contacts/companies/batch/read'),
      ...Array(3).fill('objects/contacts/batch/read'),
      ...Array(3).fill('objects/contacts/search'),
      // So many owners are cheaper as a list, three pages of it and an empty one of deactivated ones.
      ...Array(4).fill('owners/'),
    ]);
  });

  test('a contact has its primary company first, whatever the order in which HubSpot tells them', async () => {
    const { connector } = await setUp();
    expect(await recordOf(connector, '501')).toMatchObject({ companyId: '701', otherCompanyIds: ['690'] });
    expect((await recordOf(connector, '502')).companyId).toBeNull();
  });

  test('source and campaigns are told in words, from the properties that the account has', async () => {
    const { connector } = await setUp({
      world: {
        hubspot: {
          contacts: [
            {
              id: '1',
              lastname: 'Roe',
              hs_analytics_source: 'PAID_SEARCH',
              hs_analytics_source_data_1: 'google',
              hs_analytics_source_data_2: 'crm software',
              hs_analytics_first_timestamp: '1767225600000',
              hs_analytics_first_touch_converting_campaign: 'Winter sale',
              hs_analytics_last_timestamp: '2026-03-01T00:00:00Z',
              hs_analytics_last_touch_converting_campaign: 'Spring webinar',
              hs_latest_source: 'EMAIL_MARKETING',
              utm_campaign: 'Spring webinar',
              utm_source: 'newsletter',
            },
          ],
        },
      },
    });
    expect(await recordOf(connector, '1')).toMatchObject({
      leadSource: 'PAID_SEARCH',
      sourceDetail: 'First: Paid search (google, crm software). Latest: Email marketing. Link: newsletter.',
      campaigns: [
        { id: null, name: 'Spring webinar', type: 'Last conversion', at: '2026-03-01T00:00:00.000Z' },
        { id: null, name: 'Winter sale', type: 'First conversion', at: '2026-01-01T00:00:00.000Z' },
      ],
    });
  });
});

describe('HubSpot connector: merged records', () => {
  test.each(['508', '440', '441', '442'])(
    'contact %s is the surviving one, with the ids it had',
    async (id) => {
      const { connector } = await setUp();
      const survivor = await recordOf(connector, id);
      expect(survivor).toMatchObject({ id: '508', formerIds: ['440', '441', '442'], owner: ana });
      expect(survivor.url).toBe(recordUrl('0-1', '508'));
    },
  );

  test('a company is found by the id that it had, also beside its own', async () => {
    const { connector } = await setUp();
    const found = (companyId: string) =>
      connector.findAccounts({ domain: 'twice.example', name: null, companyId }).then(idsOf);
    expect([await found('700'), await found('704')]).toEqual([['704'], ['704']]);
  });

  test('the past owners are those of the surviving contact', async () => {
    const { connector } = await setUp();
    expect((await connector.ownershipHistory('440')).map(({ to }) => to)).toEqual(['Ana Silva']);
  });
});
