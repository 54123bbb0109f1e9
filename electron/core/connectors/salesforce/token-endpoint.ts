import { OAuth2 } from 'jsforce/lib/core.js';
import { z } from 'zod';
import type { Clock, Log } from '../../ports.ts';
import type { CallOptions } from '../connector.ts';
import { garbled } from '../vendor-fetch.ts';
import { type SalesforceAddress, salesforceAddress } from './address.ts';
import { vendor } from './errors.ts';
import { tokenRefusal } from './token-refusal.ts';
import { SalesforceTransport } from './transport.ts';

/** What Salesforce gave for a sign-in. */
export interface SalesforceGrant {
  accessToken: string;
  /** Where the data is. */
  instanceUrl: string;
  /** At the first sign-in of a person, and at each renewal where the app rotates its refresh tokens. */
  refreshToken: string | null;
  /** Of the user that the token is for. */
  userId: string | null;
}

export interface TokenEndpointOptions {
  address: SalesforceAddress;
  timeoutMs: number;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

export type TokenRequest = { grant_type: string } & Record<string, string>;

const Token = z.object({
  access_token: z.string().min(1),
  instance_url: z.url({ protocol: /^https?$/ }),
  refresh_token: z.string().min(1).nullish(),
  /** An address that ends with the organisation's id and the user's. */
  id: z.string().nullish(),
});

/** Asks for a token, once. Errors as `tokenRefusal` and `vendorFetch` say. */
export async function requestToken(
  { address, timeoutMs, clock, log }: TokenEndpointOptions,
  form: TokenRequest,
  { signal }: CallOptions = {},
): Promise<SalesforceGrant> {
  const oauth = new OAuth2({ loginUrl: address.origin });
  const refusal = (reply: Parameters<typeof tokenRefusal>[0]) => tokenRefusal(reply, clock.now());
  oauth._transport = new SalesforceTransport({ timeoutMs, signal, log, refusal });
  const token = Token.safeParse(await oauth.requestToken(form));
  if (!token.success) throw garbled(vendor, 'something that is no token');
  const { data } = token;
  const instance = salesforceAddress(data.instance_url);
  // Where the sign-in was encrypted, the data must not travel in the clear.
  if (instance.origin.startsWith('http:') && !address.origin.startsWith('http:')) {
    throw garbled(vendor, 'an address without encryption for its data');
  }
  return {
    accessToken: data.access_token,
    instanceUrl: instance.origin,
    refreshToken: data.refresh_token ?? null,
    userId: /\/(005[a-zA-Z0-9]{12,15})$/.exec(data.id ?? '')?.[1] ?? null,
  };
}
