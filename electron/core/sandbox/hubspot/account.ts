import { z } from 'zod';
import type { StandInReply, StandInRequest } from '../stand-in.ts';
import { invalid } from './refusals.ts';

const portalId = 48_000_101;

/** Links of records lead to a name that is nobody's. */
export const account = {
  portalId,
  accountType: 'STANDARD',
  timeZone: 'Europe/Berlin',
  companyCurrency: 'EUR',
  additionalCurrencies: [],
  utcOffset: '+02:00',
  utcOffsetMilliseconds: 7_200_000,
  uiDomain: 'app.hubspot.example',
  dataHostingLocation: 'eu1',
};

const scopes = [
  'oauth',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.companies.read',
  'crm.objects.owners.read',
];

const TokenQuestion = z.strictObject({ tokenKey: z.string() });

/** What the token carries; HubSpot wants it in the body too. */
export function tokenDetails({ body }: StandInRequest, accessToken: string): StandInReply {
  const asked = TokenQuestion.safeParse(jsonOf(body));
  if (!asked.success || asked.data.tokenKey !== accessToken) return invalid('The token is not valid');
  return { status: 200, body: { userId: 40_000_001, hubId: portalId, appId: 9_000_001, scopes } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
