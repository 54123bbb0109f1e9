import * as associationsSdk from '@hubspot/api-client/lib/codegen/crm/associations/v4/index.js';
import * as companiesSdk from '@hubspot/api-client/lib/codegen/crm/companies/index.js';
import * as contactsSdk from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import * as ownersSdk from '@hubspot/api-client/lib/codegen/crm/owners/index.js';
import type { Log } from '../../ports.ts';
import type { ConnectorParts } from '../connector.ts';
import { cancelled, parseJson, vendorFetch } from '../vendor-fetch.ts';
import { budgetOf } from './budget.ts';
import { createPace, type Pace } from './pace.ts';
import { refusalOf } from './refusal.ts';

export interface HubspotOptions extends ConnectorParts {
  /** `https://api.hubapi.com`, without a slash at the end. */
  baseUrl: string;
  /** A service key, or the access token of a private app. */
  accessToken: string;
  /** HubSpot's own bound, 4 for the whole account, where it is left out; the connector keeps to it by itself. */
  searchesPerSecond?: number | undefined;
  timeoutMs: number;
  log: Log;
}

/** What the SDK's packages, each with a class of its own, have in common. */
interface SdkRequest {
  getUrl(): string;
  getHttpMethod(): string;
  getHeaders(): Record<string, string>;
  getBody(): unknown;
}

interface WireRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** HubSpot's own bound on searches, of all apps of an account together. */
const usualSearchesPerSecond = 4;

/**
 * The SDK builds the requests and reads the answers. Its own transport has no deadline and no cancellation and hides
 * Retry-After, and a transport given with a call is ignored; so each call gets APIs whose transport knows its signal.
 */
export function createSdk(options: HubspotOptions) {
  const { baseUrl, accessToken, searchesPerSecond = usualSearchesPerSecond } = options;
  const authMethods = { oauth2: { accessToken } };
  const exchange = createExchange(options, createPace({ max: searchesPerSecond, perMs: 1_000 }));
  const transport = (signal: AbortSignal | undefined) => ({
    async send(request: SdkRequest) {
      const body = request.getBody();
      const reply = await exchange(
        {
          method: request.getHttpMethod(),
          url: request.getUrl(),
          headers: request.getHeaders(),
          body: typeof body === 'string' ? body : undefined,
        },
        signal,
      );
      const read = {
        text: () => Promise.resolve(reply.text),
        binary: () => Promise.resolve(Buffer.from(reply.text)),
      };
      return new contactsSdk.ResponseContext(reply.status, { 'content-type': 'application/json' }, read);
    },
  });

  return {
    contacts(signal: AbortSignal | undefined) {
      const configuration = contactsSdk.createConfiguration({
        baseServer: new contactsSdk.ServerConfiguration(baseUrl, {}),
        httpApi: contactsSdk.wrapHttpLibrary(transport(signal)),
        authMethods,
      });
      return {
        basic: new contactsSdk.BasicApi(configuration),
        batch: new contactsSdk.BatchApi(configuration),
        search: new contactsSdk.SearchApi(configuration),
      };
    },
    companies(signal: AbortSignal | undefined) {
      const configuration = companiesSdk.createConfiguration({
        baseServer: new companiesSdk.ServerConfiguration(baseUrl, {}),
        httpApi: companiesSdk.wrapHttpLibrary(transport(signal)),
        authMethods,
      });
      return {
        batch: new companiesSdk.BatchApi(configuration),
        search: new companiesSdk.SearchApi(configuration),
      };
    },
    associations(signal: AbortSignal | undefined) {
      return new associationsSdk.BatchApi(
        associationsSdk.createConfiguration({
          baseServer: new associationsSdk.ServerConfiguration(baseUrl, {}),
          httpApi: associationsSdk.wrapHttpLibrary(transport(signal)),
          authMethods,
        }),
      );
    },
    owners(signal: AbortSignal | undefined) {
      return new ownersSdk.OwnersApi(
        ownersSdk.createConfiguration({
          baseServer: new ownersSdk.ServerConfiguration(baseUrl, {}),
          httpApi: ownersSdk.wrapHttpLibrary(transport(signal)),
          authMethods,
        }),
      );
    },
    /** A call that the SDK does not have; the answer is JSON that nobody has looked at yet. */
    async raw(
      call: { method: 'GET' | 'POST'; path: string; body?: object },
      signal: AbortSignal | undefined,
    ): Promise<unknown> {
      const headers = {
        accept: 'application/json',
        authorization: `Bearer ${accessToken}`,
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const body = call.body === undefined ? undefined : JSON.stringify(call.body);
      const reply = await exchange(
        { method: call.method, url: `${baseUrl}${call.path}`, headers, body },
        signal,
      );
      return parseJson('HubSpot', reply.text);
    },
  };
}

/** Sends one request at the time that the bound on searches leaves for it; throws what is not 2xx or not JSON. */
function createExchange({ timeoutMs, log, onBudget }: HubspotOptions, searches: Pace) {
  return async (request: WireRequest, signal: AbortSignal | undefined) => {
    if (new URL(request.url).pathname.endsWith('/search')) await waitFor(searches, signal);
    const reply = await vendorFetch({ vendor: 'HubSpot', ...request, timeoutMs, signal, log });
    const budget = budgetOf(reply.headers);
    if (budget !== null) onBudget?.(budget);
    if (reply.status < 200 || reply.status > 299) throw refusalOf(reply);
    // The SDK would turn a web page into an empty answer.
    parseJson('HubSpot', reply.text);
    return reply;
  };
}

async function waitFor(pace: Pace, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pace.wait(signal);
  } catch (thrown) {
    throw signal?.aborted ? cancelled('HubSpot', signal) : thrown;
  }
}
