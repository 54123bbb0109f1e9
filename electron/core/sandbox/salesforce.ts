import type { z } from 'zod';
import { isLockField, LeadRow, leadFields, ownerFields, toRecord } from '../connectors/salesforce/map.ts';
import type { Access } from './salesforce/access.ts';
import { SalesforceRefusal } from './salesforce/errors.ts';
import { createOrganisation, type Row } from './salesforce/organisation.ts';
import { changesRecords, createRestApi } from './salesforce/rest-api.ts';
import { createSignInServer, type SalesforceSignInServer } from './salesforce/sign-in.ts';
import { projectRow } from './salesforce/soql-evaluator.ts';
import type { CrmStandIn, StandInContext, StandInReply, StandInRequest } from './stand-in.ts';

/** Calls of the API in 24 hours that the organisation has paid for. */
const dailyCalls = 1_000_000;

export interface SalesforceStandIn
  extends CrmStandIn,
    Pick<SalesforceSignInServer, 'trustCertificate' | 'expireTokens' | 'revokeSignIn'> {
  /** An administrator gives or takes what the program's account may do; the rest stays as it is. */
  changeAccess(change: Partial<Access>): void;
  /** Other programs use up calls of the day. */
  useCalls(count: number): void;
}

/**
 * A Salesforce organisation by its REST API: signing in by the browser, by certificate and by client credentials,
 * queries in SOQL with their pages, composite requests, reading, describing and changing records, a history of the
 * leads' owners, and the count of the day's calls. Errors are spelled as the vendor's.
 */
export function createSalesforceStandIn(context: StandInContext): SalesforceStandIn {
  const organisation = createOrganisation(context.world.salesforce, context.clock);
  const signIn = createSignInServer(context);
  const writes = new Map(organisation.rows('Lead').map((lead) => [String(lead.Id), 0]));
  let usedCalls = 0;
  const answer = createRestApi(organisation, (object, row, fields) => {
    const id = String(row.Id);
    if (object === 'Lead' && 'OwnerId' in fields) writes.set(id, (writes.get(id) ?? 0) + 1);
    context.changed();
  });

  /** Whatever is asked counts as one call, also a composite request. */
  function counted(request: StandInRequest): StandInReply {
    if (usedCalls >= dailyCalls) {
      throw new SalesforceRefusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    }
    usedCalls += 1;
    return answer(request);
  }

  function withUsage(reply: StandInReply): StandInReply {
    const usage = `api-usage=${Math.min(usedCalls, dailyCalls)}/${dailyCalls}`;
    return { ...reply, headers: { 'sforce-limit-info': usage, ...reply.headers } };
  }

  function ownerEmail(lead: Row): string | null {
    const owner = organisation.find('User', String(lead.OwnerId ?? ''));
    return typeof owner?.Email === 'string' ? owner.Email : null;
  }

  return {
    async handle(request) {
      const signInReply = signIn.handle(request);
      if (signInReply !== null) return signInReply;
      try {
        return withUsage(counted(request));
      } catch (thrown) {
        if (thrown instanceof SalesforceRefusal) return withUsage(thrown.reply);
        throw thrown;
      }
    },
    refuse(request) {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (signIn.isOpen(request) || signIn.isAccepted(token)) return null;
      return new SalesforceRefusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid').reply;
    },
    busy(_request, retryAfterSeconds) {
      const { reply } = new SalesforceRefusal(429, 'TOO_MANY_REQUESTS', 'Too many requests, try again later');
      return retryAfterSeconds === null
        ? reply
        : { ...reply, headers: { 'retry-after': String(retryAfterSeconds) } };
    },
    unavailable: () =>
      new SalesforceRefusal(503, 'SERVER_UNAVAILABLE', 'The server is temporarily unavailable').reply,
    isWrite: changesRecords,
    // Salesforce counts calls by the day and long calls at a time, never calls by the second.
    limits: () => [],
    owners: () =>
      Object.fromEntries(organisation.rows('Lead').map((lead) => [String(lead.Id), ownerEmail(lead)])),
    writes: () => Object.fromEntries(writes),
    patch(id, fields) {
      organisation.changeAny(id, fields);
      context.changed();
    },
    ownerIdOf(email) {
      const users = organisation.rows('User');
      const user = users.find((one) => String(one.Email ?? '').toLowerCase() === email.toLowerCase());
      return user === undefined ? null : String(user.Id);
    },
    records() {
      const locks = organisation.fields('Lead').filter(isLockField);
      const paths = [...leadFields, ...locks.map(({ name }) => name), ...ownerFields];
      const source = { organisation, object: 'Lead' as const, apiPath: '' };
      return organisation
        .rows('Lead')
        .filter((lead) => lead.IsDeleted !== true)
        .map((lead): z.output<typeof LeadRow> => LeadRow.parse(projectRow(source, lead, paths)))
        .map((lead) => toRecord(lead, context.baseUrl()));
    },
    changeAccess(change) {
      organisation.access = { ...organisation.access, ...change };
    },
    useCalls(count) {
      usedCalls += count;
    },
    trustCertificate: signIn.trustCertificate,
    expireTokens: signIn.expireTokens,
    revokeSignIn: signIn.revokeSignIn,
  };
}
