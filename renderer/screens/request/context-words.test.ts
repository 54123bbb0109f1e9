import { describe, expect, it } from 'vitest';
import type { Fact, FactName } from '../../../shared/model/lead.ts';
import { CaseFile, type FactSource } from '../../../shared/model/request.ts';
import { clockWords } from '../../components/time.ts';
import { ageWords, campaignWords, disagreementWords, readingOf, unknownWords } from './context-words.ts';

const now = Date.parse('2026-05-18T12:00:00Z');
const source = (origin: string, object: FactSource['object'], id: string): FactSource => ({
  origin,
  system: object === 'lead' || object === 'account' ? 'salesforce' : 'hubspot',
  object,
  id,
  url: null,
  readAt: null,
  modifiedAt: null,
});
const sources = [
  source('Salesforce lead 00Q1', 'lead', '00Q1'),
  source('HubSpot contact 301', 'contact', '301'),
  source('Salesforce account 001', 'account', '001'),
];

/** As it was stored before origins and ages were kept. */
const storedBefore = {
  target: null,
  counterpart: null,
  samePerson: [],
  facts: null,
  restsOn: {},
  account: null,
  similarAccounts: [],
  crmAccounts: [],
  opportunities: [],
  history: [],
  rules: null,
  step: null,
  proposal: null,
  options: [],
  askedOwner: null,
  candidates: [],
  quotes: [],
  settings: [],
  unknownSettings: [],
  changed: [],
};
const target = {
  system: 'salesforce' as const,
  id: '00Q1',
  name: null,
  email: null,
  company: null,
  domain: null,
  country: 'DE',
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
};
const caseWith = (more: Partial<CaseFile>) => CaseFile.parse({ ...storedBefore, target, sources, ...more });
const country: Fact = {
  value: 'DE',
  origin: 'Salesforce lead 00Q1',
  others: [{ value: 'AT', origin: 'HubSpot contact 301' }],
};

describe('how old a fact is', () => {
  it('is told by when it was read and when it was changed, as far as those are known', () => {
    const modifiedAt = '2026-05-03T09:15:00Z';
    const readAt = '2026-05-18T11:58:00Z';
    expect([
      ageWords({ readAt, modifiedAt }, now),
      ageWords({ readAt, modifiedAt: null }, now),
      ageWords({ readAt: null, modifiedAt: null }, now),
    ]).toEqual([`read 2 min ago, changed ${clockWords(modifiedAt, now)}`, 'read 2 min ago', null]);
  });

  it('of several systems is that of the one that was read first; one that did not answer is named', () => {
    const because = 'HubSpot did not answer within 8 s.';
    const reads = [
      { system: 'salesforce', what: 'accounts', at: '2026-05-18T11:58:00Z', unknownBecause: null },
      { system: 'salesforce', what: 'history', at: '2026-05-18T11:00:00Z', unknownBecause: null },
      { system: 'hubspot', what: 'accounts', at: null, unknownBecause: because },
    ] as const;
    const reading = readingOf(reads, 'accounts');
    expect([reading, reading.unknown.map(unknownWords)]).toEqual([
      { readAt: '2026-05-18T11:58:00Z', unknown: [{ system: 'hubspot', because }] },
      ['Not known from HubSpot: it did not answer within 8 s.'],
    ]);
  });
});

describe('systems that disagree', () => {
  const words = (name: FactName, fact: Fact, more: Partial<CaseFile> = {}) =>
    disagreementWords(name, fact, caseWith(more));

  it('are shown with the value that counts, why, and what the rules make of it', () => {
    expect([
      words('country', country),
      words('country', country, { disputed: ['country'] }),
      words('employees', { ...country, value: 1200, origin: 'Salesforce account 001' }),
      words('country', { ...country, origin: 'HubSpot contact 301' }, { sources }),
    ]).toEqual([
      'DE counts, as the lead’s own record comes first; HubSpot contact 301 has AT. The rules come out the same either way.',
      'DE counts, as the lead’s own record comes first; HubSpot contact 301 has AT. The rules come out differently for them, so a person decides.',
      '1,200 counts, as the first company that knows it; HubSpot contact 301 has AT. The rules come out the same either way.',
      'DE counts, as the record of the other CRM comes next; HubSpot contact 301 has AT. The rules come out the same either way.',
    ]);
  });

  it('have nothing to say where they agree, and nothing about the rules in a case kept without sources', () => {
    const before = CaseFile.parse(storedBefore);
    expect([
      words('country', { ...country, others: [] }),
      disagreementWords('country', country, before),
      [before.sources, before.reads, before.disputed],
    ]).toEqual([null, 'DE counts; HubSpot contact 301 has AT.', [[], [], []]]);
  });
});

it('names a campaign with its kind and when the person joined it', () => {
  const at = '2026-05-03T09:15:00Z';
  expect([
    campaignWords({ id: '701', name: 'Spring', type: 'Webinar', at }, now),
    campaignWords({ id: null, name: 'Spring', type: null, at: null }, now),
  ]).toEqual([`Spring (Webinar), ${clockWords(at, now)}`, 'Spring']);
});
