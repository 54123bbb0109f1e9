import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import { garbled, retryAfterMs, type VendorReply } from '../vendor-fetch.ts';

const ErrorBody = z.object({
  message: z.string(),
  category: z.string().optional(),
  correlationId: z.string().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

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
  const waitMs = retryAfterMs(reply.headers);
  const options = {
    details: { vendor: 'HubSpot', status, category: body?.category, correlationId: body?.correlationId },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
  if (status === 401) {
    return new AppError(
      'vendor_auth',
      `HubSpot does not accept the access token. Enter a valid token of the private app in the connector's settings.${said}`,
      options,
    );
  }
  if (passingStatuses.has(status)) {
    return new AppError('vendor_busy', `HubSpot asks to wait (${status}).${said}`, options);
  }
  if (status >= 500) {
    return new AppError(
      'vendor_unreachable',
      `HubSpot failed to answer (${status}). Check HubSpot's status page if this goes on.${said}`,
      options,
    );
  }
  if (status === 403) {
    return new AppError(
      'vendor_refused',
      `HubSpot does not allow this. Give the private app the scopes for contacts, companies and owners.${said}`,
      options,
    );
  }
  if (body === null) return garbled('HubSpot', `status ${status} and no reason`);
  return new AppError('vendor_refused', `HubSpot refused the call (${status}).${said}`, options);
}

function errorBodyOf(text: string): z.infer<typeof ErrorBody> | null {
  try {
    return ErrorBody.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function wordsOf({ message, errors = [] }: z.infer<typeof ErrorBody>): string {
  return [...new Set([message, ...errors.map((error) => error.message)])].join(' ').slice(0, 600);
}
