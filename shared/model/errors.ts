/**
 * Every failure that a person, a vendor or the store can cause has one code here. `isRetried` says whether the
 * program may try the same call again by itself; nothing outside this table is ever retried.
 */
export const errorTable = {
  invalid_input: { isRetried: false },
  not_found: { isRetried: false },
  unauthenticated: { isRetried: false },
  forbidden: { isRetried: false },
  /** Somebody else's decision reached the store first. */
  superseded: { isRetried: false },
  /** An approval names no owner and the case has no proposal. */
  owner_required: { isRetried: false },
  /** The record changed between the read and the write (HTTP 412 and the like). */
  record_changed: { isRetried: false },
  /** The vendor accepted the call's form and said no: validation rule, duplicate rule, missing permission. */
  vendor_refused: { isRetried: false },
  /** The vendor does not accept our credentials. */
  vendor_auth: { isRetried: false },
  /** Time-out, reset, DNS, 5xx. */
  vendor_unreachable: { isRetried: true },
  /** 429, or a row lock that the vendor says will pass. */
  vendor_busy: { isRetried: true },
  /** The vendor's answer has not the agreed form (HTML instead of JSON, a truncated body). */
  vendor_garbled: { isRetried: true },
  /** An admin has paused the system: what needs it waits, and is never given up, until it is resumed. */
  paused: { isRetried: true },
  store_unreachable: { isRetried: true },
  /** The database was migrated by a newer program. */
  store_newer: { isRetried: false },
  /** Another runner has taken the request over; what this one did is not recorded. */
  lease_lost: { isRetried: false },
  port_in_use: { isRetried: false },
  cancelled: { isRetried: false },
  internal: { isRetried: false },
} as const satisfies Record<string, { isRetried: boolean }>;

export type ErrorCode = keyof typeof errorTable;

export interface AppErrorOptions {
  cause?: unknown;
  /** Facts for the log and for a program; never secrets. */
  details?: Record<string, unknown>;
  /** How long the other side asked us to wait, in milliseconds. */
  retryAfterMs?: number;
}

/** An error whose message may be shown to a person: it says what happened and what to do about it. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }

  get isRetried(): boolean {
    return errorTable[this.code].isRetried;
  }
}

/** Wraps anything thrown; an unknown failure keeps its cause for the log and shows no internals. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError(
    'internal',
    'Something went wrong inside Switchyard. The log has the details; nothing was lost.',
    {
      cause: thrown,
    },
  );
}
