import { onTestFinished } from 'vitest';
import type { CrmConnector } from '../../electron/core/connectors/connector.ts';
import { createHubspotConnector } from '../../electron/core/connectors/hubspot/client.ts';
import { createHubspotStandIn } from '../../electron/core/sandbox/hubspot.ts';
import type { CrmStandIn } from '../../electron/core/sandbox/stand-in.ts';
import type { RateBudget } from '../../shared/model/connection.ts';
import type { CrmRecord } from '../../shared/model/lead.ts';
import type { Exchange } from './contract-check.ts';
import { createTestLog, credentials, serveStandIn } from './stand-in-server.ts';
import { answerAt } from './vendor-address.ts';

const owners = [
  {
    id: '9001',
    email: 'ana.silva@example.com',
    firstName: 'Ana',
    lastName: 'Silva',
    archived: false,
    teams: [
      { id: '11', name: 'Europe', primary: false },
      { id: '12', name: 'Mid-market', primary: true },
    ],
  },
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
  other_company_ids: ['690'],
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
      person('508', 'Merged', 'Twice', {
        hs_merged_object_ids: '440;441',
        hs_calculated_merged_vids: '442:1700000000000',
        associatedcompanyid: '700',
        hubspot_owner_id: '9001',
      }),
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
      { id: '690', name: 'Alpine Holding', domain: 'holding.example' },
      { id: '704', name: 'Twice AG', domain: 'twice.example', hs_merged_object_ids: '700' },
      { id: '702', name: 'Gruenwald Services GmbH', domain: 'gw-services.example' },
      { id: '703', name: 'The New Gruenwald', domain: 'new.example' },
    ],
  },
};

export const ana = {
  id: '9001',
  kind: 'user',
  email: 'ana.silva@example.com',
  name: 'Ana Silva',
  isActive: true,
  teams: ['Mid-market', 'Europe'],
};
export const ben = {
  id: '9002',
  kind: 'user',
  email: 'ben.osei@example.com',
  name: 'Ben Osei',
  isActive: true,
};
export const eve = {
  id: '9003',
  kind: 'user',
  email: 'eve.gone@example.com',
  name: 'Eve Gone',
  isActive: false,
};

const vendorUrl = 'https://api.hubapi.com';

export async function setUp(
  options: {
    world?: object;
    accessToken?: string;
    timeoutMs?: number;
    searchesPerSecond?: number;
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
  answerAt({ [vendorUrl]: server.url });
  const log = createTestLog();
  const budgets: RateBudget[] = [];
  const connector = createHubspotConnector({
    baseUrl: vendorUrl,
    accessToken: credentials.hubspot.accessToken,
    searchesPerSecond: Number.POSITIVE_INFINITY,
    timeoutMs: 2_000,
    log,
    onBudget: (budget) => budgets.push(budget),
    ...options,
  });
  return { ...server, connector, log, budgets };
}

export const idsOf = (found: readonly { id: string }[]) => found.map(({ id }) => id);

export async function recordOf(connector: CrmConnector, id: string): Promise<CrmRecord> {
  const record = await connector.getRecord(id);
  if (record === null) throw new Error(`The test world has no contact ${id}`);
  return record;
}

export const recordUrl = (type: '0-1' | '0-2', id: string) =>
  `https://app.hubspot.example/contacts/48000101/record/${type}/${id}`;
