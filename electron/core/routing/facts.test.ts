import { describe, expect, it } from 'vitest';
import type { CrmAccount, CrmRecord } from '../../../shared/model/lead.ts';
import { leadFacts } from './facts.ts';
import { groupByPerson, isSamePerson, matchAccount, ownAccounts, similarAccounts } from './matching.ts';

const record = (about: Partial<CrmRecord>): CrmRecord => ({
  system: 'salesforce',
  id: '00Q1',
  name: 'Jonas Weber',
  email: null,
  company: null,
  domain: null,
  country: null,
  state: null,
  postalCode: null,
  industry: null,
  employees: null,
  annualRevenue: null,
  leadSource: null,
  lifecycleStage: null,
  owner: null,
  isConverted: false,
  isDeleted: false,
  lockedBecause: null,
  companyId: null,
  createdAt: null,
  modifiedAt: null,
  url: null,
  ...about,
});
const contact = (about: Partial<CrmRecord>) => record({ system: 'hubspot', id: '501', ...about });
const account = (about: Partial<CrmAccount>): CrmAccount => ({
  system: 'salesforce',
  id: '001',
  name: 'Nordlicht',
  domain: null,
  country: null,
  state: null,
  industry: null,
  employees: null,
  annualRevenue: null,
  owner: null,
  url: null,
  ...about,
});
const company = (about: Partial<CrmAccount>) => account({ system: 'hubspot', id: '701', ...about });

describe('facts', () => {
  const employees = (input: Partial<Parameters<typeof leadFacts>[0]>) =>
    leadFacts({ target: record({}), counterpart: null, accounts: [], ...input }).employees;

  it('come from the record, else from its counterpart, else from the accounts, and say from where', () => {
    const counterpart = contact({ employees: 40 });
    const accounts = [account({ employees: 30 })];
    expect(
      employees({ target: record({ employees: 50 }), counterpart: contact({ employees: 50 }), accounts }),
    ).toEqual({ value: 50, origin: 'Salesforce lead 00Q1', others: [] });
    expect(employees({ counterpart, accounts })).toEqual({
      value: 40,
      origin: 'HubSpot contact 501',
      others: [],
    });
    expect(employees({ accounts })).toEqual({ value: 30, origin: 'Salesforce account 001', others: [] });
    expect(employees({})).toEqual({ value: null, origin: null, others: [] });
  });

  it('keep both values where the CRMs disagree about the lead, a contact speaking with its own company', () => {
    const counterpart = contact({ companyId: '701' });
    expect(
      employees({ target: record({ employees: 50 }), counterpart, accounts: [company({ employees: 9 })] })
        .others,
    ).toEqual([{ value: 9, origin: 'HubSpot company 701' }]);
  });

  it('are not disputed by an account that merely matches', () => {
    expect(
      employees({ target: record({ employees: 50 }), accounts: [company({ employees: 9 })] }).others,
    ).toEqual([]);
  });

  it('are disputed by the accounts of two CRMs where no record knows the value', () => {
    expect(employees({ accounts: [account({ employees: 50 }), company({ employees: 9 })] }).others).toEqual([
      { value: 9, origin: 'HubSpot company 701' },
    ]);
  });

  it('are normalised: places, addresses, what says nothing, letter case', () => {
    const {
      country,
      state,
      industry,
      email,
      domain,
      company: name,
    } = leadFacts({
      target: record({
        country: 'u.s.',
        state: 'Texas',
        industry: 'N/A',
        email: 'Jo@Mail.Nordlicht.test',
        company: 'Nordlicht GmbH',
      }),
      counterpart: contact({
        country: 'United States',
        state: 'tx',
        company: 'nordlicht',
        industry: 'FOOD_BEVERAGES',
      }),
      accounts: [],
    });
    expect(
      [country, state, industry, email, domain, name].map(({ value, others }) => [value, others]),
    ).toEqual([
      ['US', []],
      ['TX', []],
      ['FOOD BEVERAGES', []],
      ['jo@mail.nordlicht.test', []],
      ['nordlicht.test', []],
      ['Nordlicht GmbH', []],
    ]);
  });

  it('do not take a state from a source in another country', () => {
    const { state } = leadFacts({
      target: record({ country: 'US' }),
      counterpart: contact({ country: 'DE', state: 'Berlin' }),
      accounts: [],
    });
    expect(state.value).toBeNull();
  });

  it('a free-mail domain is no company domain', () => {
    const { domain } = leadFacts({
      target: record({ email: 'jo@gmail.com', domain: 'gmail.com' }),
      counterpart: null,
      accounts: [],
    });
    expect(domain.value).toBeNull();
  });
});

describe('the same person', () => {
  it.each<[string, Partial<CrmRecord>, Partial<CrmRecord>, boolean]>([
    [
      'by e-mail, letter case aside',
      { email: 'A@x.test', name: 'A' },
      { email: 'a@X.test', name: 'B' },
      true,
    ],
    [
      'by name and company domain',
      { email: 'a@x.test', name: 'José Díaz' },
      { email: 'b@x.test', name: 'jose diaz' },
      true,
    ],
    ['not by name at a free-mail provider', { email: 'a@gmail.com' }, { email: 'b@gmail.com' }, false],
    ['not by name alone', { email: 'a@x.test' }, { email: 'a@y.test' }, false],
    ['not by two unknown e-mails', { name: 'A' }, { name: 'B' }, false],
  ])('%s', (_, first, second, isSame) => {
    expect(isSamePerson(record(first), contact(second))).toBe(isSame);
  });

  it('carries on from record to record', () => {
    const records = [
      record({ id: '1', email: 'a@x.test' }),
      record({ id: '2', email: 'c@y.test', name: 'Other' }),
      contact({ id: '3', email: 'b@x.test' }),
      contact({ id: '4', email: 'B@x.test', name: 'J. W.' }),
    ];
    expect(groupByPerson(records).map((group) => group.map(({ id }) => id))).toEqual([
      ['1', '3', '4'],
      ['2'],
    ]);
  });
});

describe('the account', () => {
  const titan = {
    name: 'Titan Industries AG',
    domains: ['www.titan.test'],
    tier: 'strategic' as const,
    owner: 'o@x.test',
  };
  const lead = { name: 'Titan Industries', domain: 'titan.test' };

  it.each([
    ['by domain first', lead, 'domain', 'Titan Industries AG'],
    ['else by normalised name', { name: 'titan industries', domain: null }, 'name', 'Titan Industries AG'],
    ['else the CRM’s by domain', { name: 'Nordlicht', domain: 'nord.test' }, 'domain', 'Nord'],
    ['else the CRM’s by name', { name: 'NORD', domain: null }, 'name', 'Nord'],
  ])('is matched %s', (_, of, matchedBy, name) => {
    expect(matchAccount(of, [titan], [account({ name: 'Nord', domain: 'nord.test' })])).toMatchObject({
      name,
      matchedBy,
    });
  });

  it('an account of the same name does not count beside one of the domain, in the same CRM', () => {
    const accounts = [
      account({ id: 'by name' }),
      account({ id: 'by domain', domain: 'nord.test', name: 'N' }),
      company({ id: 'other CRM' }),
    ];
    expect(ownAccounts({ name: 'Nordlicht', domain: 'nord.test' }, accounts).map(({ id }) => id)).toEqual([
      'by domain',
      'other CRM',
    ]);
  });

  it('similar ones are candidates, the matched one is not among them', () => {
    const similar = { name: 'Titan Industrie', domain: 'titan.test' };
    expect(similarAccounts(similar, [titan], null)).toMatchObject([
      { name: titan.name, matchedBy: 'similar name' },
    ]);
    expect(similarAccounts(similar, [titan], matchAccount(similar, [titan], []))).toEqual([]);
  });
});
