import { describe, expect, it } from 'vitest';
import {
  acciaio,
  ana,
  ben,
  connect,
  eve,
  failureOf,
  ids,
  jonas,
  type Organisation,
  read,
  startOrganisation,
  worldWith,
} from './salesforce-organisation.ts';
import { createTestLog } from './stand-in-server.ts';

const north = { Id: '0MI000000000001AAA', Name: 'DACH North' };
const territories = {
  territories: [north],
  territoryRecords: [
    { ObjectId: jonas, Territory2Id: north.Id },
    { ObjectId: acciaio, Territory2Id: north.Id },
  ],
  territoryUsers: [
    { UserId: ana, Territory2Id: north.Id },
    { UserId: ben, Territory2Id: north.Id, IsActive: false },
    { UserId: eve, Territory2Id: north.Id },
  ],
};

/** The requests of the API since the last time, without signing in: method and path after the version. */
function requestsOf({ exchanges }: Pick<Organisation, 'exchanges'>): string[] {
  return exchanges
    .splice(0)
    .map(({ request }) => `${request.method} ${request.url.pathname.split('/v62.0')[1] ?? 'sign-in'}`);
}

describe('Salesforce connector: what belongs to a lead', () => {
  it('brings campaigns along with the lead, newest first, in one request', async () => {
    const organisation = await startOrganisation();
    await organisation.connector.getRecord('00Q000000000102');
    requestsOf(organisation);
    const { campaigns } = await read(organisation.connector, jonas);
    expect(campaigns?.map(({ name, type }) => [name, type])).toEqual([
      ['Steel webinar', 'Webinar'],
      ['Hannover Fair', 'Trade Show'],
    ]);
    expect(requestsOf(organisation)).toEqual(['GET /query']);
  });

  it('says nothing of campaigns where the account may not see them, and of territories where there are none', async () => {
    const { connector, standIn } = await startOrganisation();
    standIn.changeAccess({ hiddenObjects: ['CampaignMember'] });
    const record = await read(connector, jonas);
    expect([record.campaigns, record.territories, record.leadSource]).toEqual([undefined, undefined, 'Web']);
  });

  it('reads a lead without them from when a permission is taken away', async () => {
    const { connector, standIn } = await startOrganisation();
    expect((await read(connector, jonas)).campaigns).toHaveLength(2);
    standIn.changeAccess({ hiddenFields: { Campaign: ['Type'] } });
    expect(await read(connector, jonas)).not.toHaveProperty('campaigns');
    standIn.changeAccess({ hiddenFields: { Campaign: ['Type'], Lead: ['Industry', 'NumberOfEmployees'] } });
    expect(await read(connector, jonas)).toMatchObject({ name: 'Jonas Weber', employees: null });
  });

  it('names the territories of leads and accounts, with the active users in them', async () => {
    const { connector } = await startOrganisation({ world: worldWith(territories) });
    const record = await read(connector, jonas);
    const [account] = await connector.findAccounts({ domain: null, name: 'Acciaio', companyId: null });
    const expected = [{ id: north.Id, name: 'DACH North', members: ['ana.silva@example.com'] }];
    expect([record.territories, account?.territories]).toEqual([expected, expected]);
    expect((await read(connector, '00Q000000000102EAA')).territories).toEqual([]);
  });

  it('leaves a hidden amount of an opportunity unknown', async () => {
    const { connector, standIn } = await startOrganisation();
    standIn.changeAccess({ hiddenFields: { Opportunity: ['Amount'] } });
    expect(await connector.findOpenOpportunities([acciaio])).toMatchObject([{ name: 'Open', amount: null }]);
  });
});

describe('Salesforce connector: the organisation’s duplicate rules', () => {
  const dvorak = '00Q000000000102EAA';
  const duplicateSets = [
    { rule: 'Same company number', records: [jonas, dvorak] },
    { rule: 'Standard lead rule', records: [jonas, dvorak, '00Q000000000104EAA'] },
    { rule: 'Another pair', records: ['00Q000000000103EAA', '00Q000000000107EAA'] },
  ];

  it('stand beside our own search, and are named', async () => {
    const { connector } = await startOrganisation({ world: worldWith({ duplicateSets }) });
    const found = await connector.findPossibleDuplicates(await read(connector, jonas));
    expect(found.map(({ id, duplicateRules }) => [id, duplicateRules])).toEqual([
      ['00Q000000000104EAA', ['Standard lead rule']],
      [dvorak, ['Same company number', 'Standard lead rule']],
    ]);
  });

  it('are asked in the same request as our own search', async () => {
    const organisation = await startOrganisation({ world: worldWith({ duplicateSets: [] }) });
    const record = await read(organisation.connector, jonas);
    requestsOf(organisation);
    await organisation.connector.findPossibleDuplicates(record);
    expect(requestsOf(organisation)).toEqual(['POST /composite']);
  });

  it('leave our own search as it is where the sets may not be read', async () => {
    const { connector, standIn } = await startOrganisation({ world: worldWith({ duplicateSets }) });
    const record = await read(connector, jonas);
    standIn.changeAccess({ hiddenFields: { DuplicateRecordItem: ['RecordId'] } });
    expect(ids(await connector.findPossibleDuplicates(record))).toEqual(['00Q000000000104EAA']);
  });
});

describe('Salesforce connector: reads side by side', () => {
  it('travel together, five in a request, each with its own answer', async () => {
    const organisation = await startOrganisation();
    const { connector } = organisation;
    await connector.getRecord(jonas);
    requestsOf(organisation);
    const numbers = ['101', '102', '103', '104', '105', '107'];
    const records = await Promise.all(numbers.map((number) => read(connector, `00Q000000000${number}EAA`)));
    expect(ids(records)).toEqual(numbers.map((number) => `00Q000000000${number}EAA`));
    expect(requestsOf(organisation).sort()).toEqual(['GET /query', 'POST /composite']);
  });

  it('fail each for itself', async () => {
    const { connector, standIn } = await startOrganisation();
    await connector.getRecord(jonas);
    standIn.changeAccess({ hiddenObjects: ['LeadHistory', 'User'] });
    const [record, history, owners] = await Promise.all([
      connector.getRecord(jonas),
      connector.ownershipHistory(jonas),
      failureOf(connector.listOwners()),
    ]);
    expect([record?.id, history, owners.code]).toEqual([jonas, [], 'vendor_refused']);
  });

  it('go on for the others when one caller gives up', async () => {
    const { connector, faults } = await startOrganisation();
    await connector.getRecord(jonas);
    faults.arm('salesforce', 'timeout', 1);
    const [first, second] = await Promise.all([
      failureOf(connector.getRecord(jonas, { signal: AbortSignal.timeout(30) })),
      failureOf(connector.getRecord('00Q000000000102')),
    ]);
    expect([first.code, second.code]).toEqual(['cancelled', 'vendor_unreachable']);
  });

  it('are all tried again after a fault that befell the request', async () => {
    const { connector, faults } = await startOrganisation();
    await connector.getRecord(jonas);
    faults.arm('salesforce', 'http_503', 1);
    const both = () => [connector.getRecord(jonas), connector.listOwners()];
    const codes = (await Promise.all(both().map(failureOf))).map(({ code }) => code);
    expect(codes).toEqual(['vendor_unreachable', 'vendor_unreachable']);
    expect(await Promise.all(both())).toMatchObject([{ id: jonas }, [{ id: ana }, { id: ben }, { id: eve }]]);
  });
});

describe('Salesforce connector: the allowance of calls', () => {
  it('is told after every answer, and used up it is refused with what to do', async () => {
    const { url, standIn } = await startOrganisation();
    const told: string[] = [];
    const onBudget = (budget: { used: number; limit: number; window: string }) =>
      told.push(`${budget.used} of ${budget.limit} in ${budget.window}`);
    const connector = connect(url, { onBudget });
    await connector.listOwners();
    standIn.useCalls(1_000_000);
    const failure = await failureOf(connector.listOwners());
    expect(told).toEqual(['1 of 1000000 in 24 hours', '1000000 of 1000000 in 24 hours']);
    expect([failure.code, failure.message]).toEqual([
      'vendor_refused',
      expect.stringContaining('calls of the last 24 hours are used up. Wait'),
    ]);
  });

  it('is warned of once, in time', async () => {
    const { url, standIn } = await startOrganisation();
    const log = createTestLog();
    const connector = connect(url, { log });
    await connector.listOwners();
    expect(log.warnings).toEqual([]);
    standIn.useCalls(960_000);
    await connector.listOwners();
    await connector.listOwners();
    expect(log.warnings).toEqual([
      {
        fields: { used: 960_002, limit: 1_000_000, window: '24 hours' },
        message: "Salesforce's API calls of the last 24 hours are nearly used up, by all programs together",
      },
    ]);
  });
});
