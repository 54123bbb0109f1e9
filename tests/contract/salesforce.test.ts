import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CrmConnector } from '../../electron/core/connectors/connector.ts';
import type { SalesforceAuth } from '../../electron/core/connectors/salesforce/session.ts';
import { actingUser } from '../../electron/core/sandbox/salesforce/acting-user.ts';
import { type Exchange, loadContract } from './contract-check.ts';
import {
  acciaio,
  ana,
  connect,
  jonas,
  read,
  startOrganisation,
  worldWith,
} from './salesforce-organisation.ts';
import { credentials } from './stand-in-server.ts';
import { answerAt } from './vendor-address.ts';

const contract = await loadContract('salesforce');

/** As an admin copies it from the browser's address bar. */
const pasted = 'https://acme--uat.sandbox.lightning.force.com/lightning/page/home';
const vendorUrl = 'https://acme--uat.sandbox.my.salesforce.com';

/** What the contract's file leaves out, why that is no harm, and by which operation of it the form is checked. */
const notInTheContract = {
  'GET /sobjects/Opportunity/describe': 'has the form of the other describes: describeLead',
} as const;

interface Judged {
  operations: string[];
  breaches: string[];
  /** Not in the contract's file. */
  leftOut: string[];
}

function judge(exchanges: readonly Exchange[]): Judged {
  const judged: Judged = { operations: [], breaches: [], leftOut: [] };
  for (const { request, reply } of exchanges.filter(({ request: { url } }) => !isLaterPage(url))) {
    const isKnown = contract?.check({ request, reply }).operationId != null;
    const name = `${request.method} ${request.url.pathname.replace('/services/data/v62.0', '')}`;
    if (!isKnown) judged.leftOut.push(name);
    const url = new URL(request.url.href.replace('/Opportunity/describe', '/Lead/describe'));
    const verdict = contract?.check({ request: { ...request, url }, reply });
    judged.operations.push(isKnown ? (verdict?.operationId ?? 'none') : name);
    judged.breaches.push(...(verdict?.problems ?? []));
  }
  return judged;
}

const isLaterPage = (url: URL) => /\/query\/01g/.test(url.pathname);

async function drain(checks: AsyncIterable<unknown>): Promise<void> {
  for await (const _check of checks);
}

describe.skipIf(contract === null)('Salesforce contract', () => {
  it('holds for every request of every method, at the vendor’s own address, and for every answer of the stand-in', async () => {
    const organisation = await startOrganisation({
      world: worldWith({ duplicateSets: [{ rule: 'Same person', records: [jonas, '00Q000000000102EAA'] }] }),
    });
    const { exchanges } = organisation;
    const asked = answerAt({ [vendorUrl]: organisation.url });
    const connector = connect(pasted);
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
      testConnection: () => drain(connector.testConnection()),
      watched: () => connector.watched(),
    };
    const breaches: string[] = [];
    const leftOut = new Set<string>();
    const operations: Record<string, string[]> = {};
    for (const [method, call] of Object.entries(calls)) {
      exchanges.length = 0;
      await call();
      const judged = judge(exchanges);
      operations[method] = [...new Set(judged.operations)];
      breaches.push(...judged.breaches);
      for (const name of judged.leftOut) leftOut.add(name);
    }
    expect(breaches).toEqual([]);
    expect(operations).toEqual({
      findByEmail: ['query'],
      findByName: ['query'],
      getRecord: ['query'],
      findPossibleDuplicates: ['composite', 'query'],
      findAccounts: ['describeAccount', 'query'],
      findOpenOpportunities: ['GET /sobjects/Opportunity/describe', 'query'],
      ownershipHistory: ['query'],
      findOwner: ['query'],
      listOwners: ['query'],
      changeOwner: ['updateLead'],
      testConnection: ['token', 'query'],
      watched: [],
    });
    expect([...new Set(asked.map(({ origin }) => origin))]).toEqual([vendorUrl]);
    expect([...leftOut].sort()).toEqual(Object.keys(notInTheContract).sort());
  });

  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const { clientId, clientSecret } = credentials.salesforce;

  it.each<[string, SalesforceAuth]>([
    ['client credentials', { kind: 'client-credentials', clientId, clientSecret }],
    ['a certificate', { kind: 'jwt', clientId, username: actingUser.Username, privateKey }],
  ])('holds for signing in by %s, renewal included', async (_how, auth) => {
    const { url, standIn, exchanges } = await startOrganisation();
    standIn.trustCertificate(publicKey);
    const connector = connect(url, { auth });
    await connector.listOwners();
    standIn.expireTokens();
    await connector.listOwners();
    expect(judge(exchanges)).toEqual({
      operations: ['token', 'query', 'query', 'token', 'query'],
      breaches: [],
      leftOut: [],
    });
  });

  it('holds for records that are read one by one, as others read them', async () => {
    const { connector, exchanges, url } = await startOrganisation();
    await connector.getRecord(jonas);
    const headers = { authorization: `Bearer ${credentials.salesforce.accessToken}` };
    const reads = ['', '?fields=Name,Owner.Name'].map((fields) =>
      fetch(`${url}/services/data/v62.0/sobjects/Lead/${jonas}${fields}`, { headers }),
    );
    await Promise.all(reads);
    expect(judge(exchanges)).toEqual({
      operations: ['token', 'describeLead', 'query', 'getLead', 'getLead'],
      breaches: [],
      leftOut: [],
    });
  });

  it('holds for later pages, which the contract knows by the form of the first', async () => {
    const many = Array.from({ length: 2_001 }, (_, index) => ({
      Id: `005${String(index).padStart(12, '0')}AAA`,
      Name: `User ${index}`,
    }));
    const { connector, exchanges } = await startOrganisation({ world: { salesforce: { users: many } } });
    await connector.listOwners();
    const [last] = exchanges.filter(({ request }) => isLaterPage(request.url));
    if (last === undefined) throw new Error('There was one page only');
    const url = new URL('/services/data/v62.0/query?q=SELECT+Id', last.request.url);
    expect(contract?.check({ ...last, request: { ...last.request, url } }).problems).toEqual([]);
  });
});
