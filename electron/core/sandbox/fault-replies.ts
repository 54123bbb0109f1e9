import type { VendorSystem } from './faults.ts';
import { graphError } from './graph/router.ts';
import { refusal as hubspotRefusal } from './hubspot/refusals.ts';
import type { StandIn, StandInReply, StandInRequest } from './stand-in.ts';

type RefusedStatus = 403 | 404 | 409 | 412 | 500;

/** What the faults that ask to wait ask for, in seconds. */
const waitSeconds = { whole: 1, fraction: 0.4, untilDate: 2 } as const;
/** How far the clock of a vendor is ahead that does not go right. */
const skewMs = 3_600_000;

/** An error's code and words by its status, as each vendor's reference of errors has them. */
type Words = Readonly<Record<RefusedStatus, readonly [code: string, message: string]>>;

const salesforceWords: Words = {
  403: ['INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id'],
  404: ['NOT_FOUND', 'The requested resource does not exist'],
  409: ['CONFLICT', 'The request conflicts with the state of the resource'],
  412: ['PRECONDITION_FAILED', 'The record was changed after the given time'],
  500: ['UNKNOWN_EXCEPTION', 'An unexpected error occurred.'],
};
const hubspotWords: Words = {
  403: ['MISSING_SCOPES', 'This app has not been granted all required scopes to make this call.'],
  404: ['OBJECT_NOT_FOUND', 'resource not found'],
  409: ['CONFLICT', 'The record was changed by another request.'],
  412: ['PRECONDITION_FAILED', 'The record was changed by another request.'],
  500: ['INTERNAL_ERROR', 'internal error'],
};
const graphWords: Words = {
  403: ['Forbidden', 'Missing scope permissions on the request.'],
  404: ['NotFound', 'The resource could not be found.'],
  409: ['Conflict', 'The request conflicts with the state of the resource.'],
  412: ['PreconditionFailed', 'A precondition of the request does not hold.'],
  500: ['InternalServerError', 'Internal server error'],
};

const graphRefusal = (status: RefusedStatus): StandInReply => graphError(status, ...graphWords[status]);

const refusals: Readonly<Record<VendorSystem, (status: RefusedStatus) => StandInReply>> = {
  slack: slackRefusal,
  teams: graphRefusal,
  sharepoint: graphRefusal,
  salesforce(status) {
    const [errorCode, message] = salesforceWords[status];
    return { status, body: [{ errorCode, message }] };
  },
  hubspot: (status) => hubspotRefusal(status, ...hubspotWords[status]),
  confluence: (status) => ({
    status,
    body: { statusCode: status, message: status === 500 ? 'Internal Server Error' : 'The call was refused' },
  }),
};

/** Slack says everything with 200 and a word, but for what happens at its front door. */
function slackRefusal(status: RefusedStatus): StandInReply {
  const headers = { 'content-type': 'text/html' };
  if (status === 500) return { status, headers, body: '<h1>Server Error</h1>' };
  if (status === 403)
    return {
      status: 200,
      body: { ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'users:read' },
    };
  return { status: 200, body: { ok: false, error: 'channel_not_found' } };
}

/** The vendor's own refusal of credentials that have run out. */
export function expiredReply(standIn: StandIn, request: StandInRequest): StandInReply | null {
  return standIn.refuse({ ...request, headers: { ...request.headers, authorization: 'Bearer expired' } });
}

export function refusedReply(system: VendorSystem, status: RefusedStatus): StandInReply {
  return refusals[system](status);
}

export type RetryAfterForm = 'bare' | 'seconds' | 'fraction' | 'date' | 'skewed';

/** The vendor's own 429 with Retry-After in one of its forms. */
export function busyReply(
  standIn: StandIn,
  request: StandInRequest,
  { form, now }: { form: RetryAfterForm; now: Date },
): StandInReply {
  switch (form) {
    case 'bare':
      return standIn.busy(request, null);
    case 'seconds':
      return standIn.busy(request, waitSeconds.whole);
    case 'fraction':
      return standIn.busy(request, waitSeconds.fraction);
    case 'date':
      return withDate(standIn.busy(request, null), now);
    case 'skewed':
      return withDate(standIn.busy(request, null), new Date(now.getTime() + skewMs));
  }
}

/** Retry-After as a date by the clock that the answer's own `Date` shows. */
function withDate(reply: StandInReply, vendorNow: Date): StandInReply {
  const until = new Date(vendorNow.getTime() + waitSeconds.untilDate * 1_000);
  const headers = { ...reply.headers, date: vendorNow.toUTCString(), 'retry-after': until.toUTCString() };
  return { ...reply, headers };
}

/** What a proxy or a sign-in page in between answers. */
export const htmlPage: StandInReply = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><html><head><title>Sign in</title></head><body><form>…</form></body></html>',
};
