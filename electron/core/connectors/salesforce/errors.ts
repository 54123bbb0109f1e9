import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import { garbled, retryAfterMs, type VendorReply } from '../vendor-fetch.ts';

export const vendor = 'Salesforce';

/** Data errors come as a list, errors of the token endpoint as an object. */
const DataErrors = z.array(z.object({ errorCode: z.string(), message: z.string() })).min(1);
const TokenError = z.object({ error: z.string(), error_description: z.string().optional() });

interface Refusal {
  errorCode: string;
  words: string;
  isAboutToken: boolean;
}

/** Passes by itself: a lock that another change holds, or a query that ran too long beside others. */
const passingCodes = new Set(['UNABLE_TO_LOCK_ROW', 'QUERY_TIMEOUT']);

/**
 * The error for an answer that is no success: `vendor_busy`, `vendor_unreachable`, `vendor_auth`, `record_changed`,
 * `vendor_garbled` or `vendor_refused`, with Salesforce's own words. `details.errorCode` is Salesforce's code.
 * Codes: REST API Developer Guide, "Status Codes and Error Responses".
 */
export function refusalError(reply: VendorReply): AppError {
  const { status } = reply;
  const refusal = readRefusal(reply.text);
  const errorCode = refusal?.errorCode ?? `HTTP ${status}`;
  const said = refusal === null ? errorCode : `"${refusal.words}" (${errorCode})`;
  const waitMs = retryAfterMs(reply.headers);
  const options = {
    details: { vendor, status, errorCode },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
  if (status === 429 || passingCodes.has(errorCode)) {
    return new AppError(
      'vendor_busy',
      `Salesforce is busy: ${said}. It is tried again by itself; if this goes on, look for a job that changes the same records.`,
      options,
    );
  }
  if (status >= 500) {
    return new AppError(
      'vendor_unreachable',
      `Salesforce is not available: ${said}. See status.salesforce.com if this goes on.`,
      options,
    );
  }
  if (refusal === null && status !== 401 && status !== 412) {
    return garbled(vendor, status < 400 ? `a redirect (HTTP ${status})` : `a bare HTTP ${status}`);
  }
  if (status === 401 || errorCode === 'INVALID_SESSION_ID' || refusal?.isAboutToken) {
    return new AppError(
      'vendor_auth',
      `Salesforce does not accept the credentials: ${said}. Check the client id and secret, and that the connected app allows the client credentials flow with a user.`,
      options,
    );
  }
  if (status === 412) {
    return new AppError(
      'record_changed',
      'The lead was changed in Salesforce after it was read. Read it again before changing it.',
      options,
    );
  }
  const advice =
    errorCode === 'REQUEST_LIMIT_EXCEEDED'
      ? "The organisation's API calls are used up: wait for the next day, or ask Salesforce's administrator for more."
      : 'Correct it in Salesforce, or ask its administrator.';
  return new AppError('vendor_refused', `Salesforce refused: ${said}. ${advice}`, options);
}

function readRefusal(text: string): Refusal | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const data = DataErrors.safeParse(json);
  if (data.success) {
    return {
      errorCode: data.data[0]?.errorCode ?? '',
      words: data.data.map(({ message }) => message.trim()).join('; '),
      isAboutToken: false,
    };
  }
  const token = TokenError.safeParse(json);
  if (!token.success) return null;
  const { error, error_description: words } = token.data;
  return { errorCode: error, words: words ?? error, isAboutToken: true };
}
