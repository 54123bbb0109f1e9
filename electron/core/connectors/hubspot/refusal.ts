import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import { garbled, retryAfterMs, type VendorReply } from '../vendor-fetch.ts';
import { shortWindowMs } from './budget.ts';

const Context = z.object({ requiredGranularScopes: z.array(z.string()).optional() }).optional();
const ErrorBody = z.object({
  message: z.string(),
  category: z.string().optional(),
  correlationId: z.string().optional(),
  /** Of 429: which allowance is used up, `DAILY`, `TEN_SECONDLY_ROLLING` or `SECONDLY`. */
  policyName: z.string().optional(),
  context: Context,
  errors: z.array(z.object({ message: z.string(), context: Context })).optional(),
});
type ErrorBody = z.infer<typeof ErrorBody>;

/** "Migration in progress" (477) and "locked by a large sync" (423) pass by themselves, as 429 does. */
const passingStatuses = new Set([423, 429, 477]);

/**
 * What an answer other than 2xx means, in HubSpot's own words where it gave any. A 404 without HubSpot's error body
 * comes from something else than HubSpot, so it never passes for a record that is not there.
 */
export function refusalOf(reply: VendorReply): AppError {
  const { status } = reply;
  const body = errorBodyOf(reply.text);
  const said = body === null ? '' : ` It says: ${wordsOf(body)}`;
  const waitMs = retryAfterMs(reply.headers) ?? (status === 429 ? windowOf(body, reply.headers) : undefined);
  const options = {
    details: { vendor: 'HubSpot', status, category: body?.category, correlationId: body?.correlationId },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
  if (status === 401) {
    return new AppError(
      'vendor_auth',
      `HubSpot does not accept the access token. It was rotated, deleted or mistyped: enter the service key, or the private app's token, as HubSpot shows it now.${said}`,
      options,
    );
  }
  if (status === 429 && body?.policyName === 'DAILY') {
    return new AppError(
      'vendor_refused',
      `The calls that HubSpot allows the account in a day are used up. They begin anew at midnight in the account's time zone; until then, see in HubSpot which other apps use them, or buy more.${said}`,
      options,
    );
  }
  if (passingStatuses.has(status)) {
    return new AppError(
      'vendor_busy',
      `HubSpot asks to wait (${status}). It is tried again by itself.${said}`,
      options,
    );
  }
  if (status >= 500) {
    return new AppError(
      'vendor_unreachable',
      `HubSpot failed to answer (${status}). Check HubSpot's status page if this goes on.${said}`,
      options,
    );
  }
  if (status === 403) {
    const scopes = requiredScopesOf(body);
    const missing = scopes.length === 0 ? 'the scopes that the connection needs' : scopes.join(' or ');
    return new AppError(
      'vendor_refused',
      `HubSpot does not allow this. Give the service key or private app ${missing}, and its maker the right to see all records.${said}`,
      { ...options, details: { ...options.details, scopes } },
    );
  }
  if (body === null) return garbled('HubSpot', `status ${status} and no reason`);
  return new AppError(
    'vendor_refused',
    `HubSpot refused the call (${status}). Look at Connectors → HubSpot → Test connection.${said}`,
    options,
  );
}

/**
 * What to wait where HubSpot sends no Retry-After, in milliseconds. The ten seconds roll: calls become free all the time,
 * and a few tries together reach over the whole window.
 */
function windowOf(body: ErrorBody | null, headers: Headers): number | undefined {
  switch (body?.policyName) {
    case 'SECONDLY':
      return 1_000;
    case 'TEN_SECONDLY_ROLLING':
      return shortWindowMs(headers) / 4;
    default:
      return undefined;
  }
}

/** The scopes of which HubSpot asks for one. */
function requiredScopesOf(body: ErrorBody | null): string[] {
  const contexts = [body?.context, ...(body?.errors ?? []).map(({ context }) => context)];
  return [...new Set(contexts.flatMap((context) => context?.requiredGranularScopes ?? []))];
}

function errorBodyOf(text: string): ErrorBody | null {
  try {
    return ErrorBody.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function wordsOf({ message, errors = [] }: ErrorBody): string {
  return [...new Set([message, ...errors.map((error) => error.message)])].join(' ').slice(0, 600);
}
