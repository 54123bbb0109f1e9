import { z } from 'zod';
import { AppError, type ErrorCode } from '../../../../shared/model/errors.ts';
import { garbled, retryAfterMs, type VendorReply } from '../vendor-fetch.ts';
import { refusalWords } from './refusal-words.ts';

export const vendor = 'Salesforce';

const DataErrors = z
  .array(
    z.object({
      errorCode: z.string(),
      message: z.string(),
      fields: z.array(z.string()).optional(),
      duplicateResult: z
        .object({ duplicateRule: z.string().nullish(), errorMessage: z.string().nullish() })
        .optional(),
    }),
  )
  .min(1);
type DataError = z.output<typeof DataErrors>[number];

/** Passes by itself: a lock that another change holds, or a query that ran too long beside others. */
const passingCodes = new Set(['UNABLE_TO_LOCK_ROW', 'QUERY_TIMEOUT']);
/** The account gets nowhere as long as it is so. */
const accountCodes = new Set(['INVALID_SESSION_ID', 'INVALID_AUTH_HEADER', 'API_DISABLED_FOR_ORG']);

/**
 * The error for an answer of the REST API that is no success: `vendor_busy`, `vendor_unreachable`, `vendor_auth`,
 * `record_changed`, `vendor_garbled` or `vendor_refused`, with Salesforce's own words, what they mean and what to do.
 * `details.errorCode` is Salesforce's code. Codes: REST API Developer Guide, "Status Codes and Error Responses".
 */
export function refusalError(reply: VendorReply): AppError {
  const { status } = reply;
  const refusal = readRefusal(reply.text);
  const errorCode = refusal?.errorCode ?? `HTTP ${status}`;
  const said = refusal === null ? errorCode : `"${refusal.words}" (${errorCode})`;
  const failed = (code: ErrorCode, message: string) => failure(reply, { code, message, errorCode });
  if (status === 429 || (status < 500 && passingCodes.has(errorCode))) {
    return failed(
      'vendor_busy',
      `Salesforce is busy: ${said}. It is tried again by itself; if this goes on, look for a job that changes the same records.`,
    );
  }
  if (status >= 500) {
    return failed(
      'vendor_unreachable',
      `Salesforce is not available: ${said}. See status.salesforce.com if this goes on.`,
    );
  }
  if (status === 412) {
    return failed(
      'record_changed',
      'The lead was changed in Salesforce after it was read. Read it again before changing it.',
    );
  }
  if (refusal === null && status !== 401) return bareReply(status);
  if (status === 401 || accountCodes.has(errorCode)) {
    const { means, todo } =
      status === 401
        ? {
            means: 'The session was ended and cannot be renewed.',
            todo: 'Look at Connectors → Salesforce → Test connection.',
          }
        : refusalWords(errorCode);
    return failed('vendor_auth', `Salesforce does not let Switchyard in: ${said}. ${means} ${todo}`);
  }
  const { means, todo } = refusalWords(errorCode);
  return failed('vendor_refused', `Salesforce refused: ${said}. ${means} ${todo}`);
}

/** An error with the facts of an answer, and how long Salesforce asks to wait. */
export function failure(
  { status, headers }: Pick<VendorReply, 'status' | 'headers'>,
  { code, message, errorCode }: { code: ErrorCode; message: string; errorCode: string },
): AppError {
  const waitMs = retryAfterMs(headers);
  return new AppError(code, message, {
    details: { vendor, status, errorCode },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** For an answer that says nothing in Salesforce's own form. */
export function bareReply(status: number): AppError {
  return garbled(vendor, status < 400 ? `a redirect (HTTP ${status})` : `a bare HTTP ${status}`);
}

/** Salesforce's own code of an error that it answered with. */
export function errorCodeOf(thrown: unknown): unknown {
  return thrown instanceof AppError ? thrown.details.errorCode : undefined;
}

function readRefusal(text: string): { errorCode: string; words: string } | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const data = DataErrors.safeParse(json);
  if (!data.success) return null;
  return { errorCode: data.data[0]?.errorCode ?? '', words: data.data.map(wordsOf).join('; ') };
}

function wordsOf({ message, fields = [], duplicateResult }: DataError): string {
  const rule = duplicateResult?.duplicateRule;
  const about = [
    ...(rule ? [`duplicate rule ${rule}`] : []),
    ...(fields.length === 0 ? [] : [`fields: ${fields.join(', ')}`]),
  ];
  // The rule's own alert says more than the code's standing words.
  const words = (duplicateResult?.errorMessage ?? message).trim();
  return about.length === 0 ? words : `${words} [${about.join('; ')}]`;
}

export function deletedMeanwhile(cause: unknown): AppError {
  return new AppError(
    'record_changed',
    'The lead is no longer in Salesforce: it was deleted or merged after it was read. Look it up again.',
    { cause, details: { vendor } },
  );
}
