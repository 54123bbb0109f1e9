import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { CrmConnector } from '../../electron/core/connectors/connector.ts';
import { createSalesforceConnector } from '../../electron/core/connectors/salesforce/client.ts';
import type { SalesforceOptions } from '../../electron/core/connectors/salesforce/session.ts';
import {
  type SalesforceAccount,
  salesforceSignIn,
} from '../../electron/core/connectors/salesforce/web-sign-in.ts';
import type { TokenStore } from '../../electron/core/ports.ts';
import { createSalesforceStandIn, type SalesforceStandIn } from '../../electron/core/sandbox/salesforce.ts';
import { AppError } from '../../shared/model/errors.ts';
import type { CrmRecord } from '../../shared/model/lead.ts';
import {
  createTestLog,
  credentials,
  type StandInServer,
  serveStandIn,
  stoppedClock,
} from './stand-in-server.ts';

export const ana = '005000000000001AAA';
export const ben = '005000000000002AAA';
export const eve = '005000000000005AAA';
export const queue = '00G000000000009EAA';
export const jonas = '00Q000000000101EAA';
export const acciaio = '001000000000202AAA';

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

export const organisationWorld = {
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
    campaigns: [
      { Id: '701000000000001AAA', Name: 'Hannover Fair', Type: 'Trade Show' },
      { Id: '701000000000002AAA', Name: 'Steel webinar', Type: 'Webinar' },
    ],
    campaignMembers: [
      { CampaignId: '701000000000001AAA', LeadId: jonas, CreatedDate: '2026-05-10T08:00:00Z' },
      { CampaignId: '701000000000002AAA', LeadId: jonas, CreatedDate: '2026-05-11T08:00:00Z' },
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
};

/** Keeps what a sign-in gave, for as long as the test runs. */
export function createMemoryTokens(kept: string | null = null): TokenStore & { kept(): string | null } {
  let tokens = kept;
  return {
    read: async () => tokens,
    async write(next) {
      tokens = next;
    },
    kept: () => tokens,
  };
}

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

export function connect(url: string, options: Partial<SalesforceOptions> = {}): CrmConnector {
  const { clientId, clientSecret } = credentials.salesforce;
  return createSalesforceConnector({
    loginUrl: url,
    auth: { kind: 'client-credentials', clientId, clientSecret },
    tokens: createMemoryTokens(),
    clock: stoppedClock,
    timeoutMs: 400,
    log: createTestLog(),
    ...options,
  });
}

export interface Organisation extends Omit<StandInServer<SalesforceStandIn>, keyof AsyncDisposable> {
  connector: CrmConnector;
}

/** A stand-in organisation that is stopped after the test, and a connector to it. */
export async function startOrganisation({
  world = organisationWorld,
}: {
  world?: object;
} = {}): Promise<Organisation> {
  const server = await serveStandIn({ system: 'salesforce', world, create: createSalesforceStandIn });
  running.push(async () => server[Symbol.asyncDispose]());
  return { ...server, connector: connect(server.url) };
}

/** The test world, with more in its organisation. */
export function worldWith(more: object): object {
  return { salesforce: { ...organisationWorld.salesforce, ...more } };
}

/** A vendor that answers what the stand-in never would. */
export async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A vendor that answers every request alike. */
export async function startAnswering(status: number, body: string, contentType = 'application/json') {
  const seen: string[] = [];
  const url = await startServer((request, response) => {
    seen.push(`${request.method} ${request.url?.split('?')[0]}`);
    response.writeHead(status, { 'content-type': contentType }).end(body);
  });
  return { connector: connect(url, { accessToken: 'salesforce-token' }), seen };
}

export const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id);

export async function failureOf(call: Promise<unknown>): Promise<AppError> {
  const thrown: unknown = await call.then(
    () => new Error('The call did not fail'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw thrown;
  return thrown;
}

export async function read(connector: CrmConnector, id: string): Promise<CrmRecord> {
  const record = await connector.getRecord(id);
  if (record === null) throw new Error(`${id} is not there`);
  return record;
}

/** The settings of a sign-in in the browser, as the connector is given them. */
export function webApp(url: string, tokens: TokenStore) {
  const { clientId } = credentials.salesforce;
  const app = { loginUrl: url, clientId, clientSecret: null, refreshToken: null };
  return { ...app, tokens, clock: stoppedClock, timeoutMs: 2_000, log: createTestLog() };
}

/** What a person does in the browser: sees the page, presses a button there, and is sent back. */
export async function pressInBrowser(pageUrl: string, answer: 'allow' | 'deny'): Promise<Response> {
  const page = await fetch(pageUrl);
  if (page.status !== 200) throw new Error(`The page of Salesforce shows: ${await page.text()}`);
  const form = new URLSearchParams();
  for (const [, name, value] of (await page.text()).matchAll(/name="([^"]+)" value="([^"]*)"/g)) {
    if (name !== undefined && name !== 'answer') form.set(name, unescaped(value ?? ''));
  }
  form.set('answer', answer);
  const { origin, pathname } = new URL(pageUrl);
  const reply = await fetch(`${origin}${pathname}`, { method: 'POST', body: form, redirect: 'manual' });
  return fetch(reply.headers.get('location') ?? '');
}

export function signInByHand(url: string, tokens: TokenStore): Promise<SalesforceAccount> {
  return salesforceSignIn(webApp(url, tokens)).signInInBrowser(async (page) => {
    void pressInBrowser(page, 'allow');
  });
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)));
}
