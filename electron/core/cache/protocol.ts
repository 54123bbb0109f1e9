import { AppError, type ErrorCode, toAppError } from '../../../shared/model/errors.ts';
import type { Cache } from './cache.ts';

/** What the thread is started with. */
export interface ThreadOptions {
  /** The folder of `cache.db` and `outbox.db`; made where it is missing. */
  dir: string;
  /** better-sqlite3's binary, where its own does not fit the runtime. */
  nativeBinding: string | null;
}

type Methods = {
  [Name in keyof Cache as Cache[Name] extends (...values: never[]) => Promise<unknown>
    ? Name
    : never]: Cache[Name];
};
export type MethodName = keyof Methods;
export type Arguments<Name extends MethodName> = Parameters<Methods[Name]>;
export type Result<Name extends MethodName> = Awaited<ReturnType<Methods[Name]>>;

/** Every method of the cache: they are the same on both sides of the thread's border. */
export const methodNames = [
  'state',
  'reset',
  'beginFill',
  'fillChunk',
  'endTable',
  'endFill',
  'buildSearch',
  'apply',
  'noteAuditHead',
  'list',
  'counts',
  'row',
  'detail',
  'people',
  'person',
  'addEntry',
  'items',
  'entriesToSend',
  'entry',
  'mark',
  'sentEntries',
  'removeEntry',
  'close',
] as const satisfies readonly MethodName[];

/** To the thread. */
export type Call = {
  [Name in MethodName]: { id: number; method: Name; values: Arguments<Name> };
}[MethodName];

export interface WireError {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
  /** For the log. */
  cause: string | null;
}

/** From the thread; the first is `ready` or `failed`. */
export type Report =
  | { kind: 'ready'; damage: WireError | null }
  | { kind: 'failed'; error: WireError }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'refusal'; id: number; error: WireError }
  | { kind: 'log'; level: 'info' | 'warn' | 'error'; fields: Record<string, unknown>; message: string };

export function toWire(thrown: unknown): WireError {
  const { code, message, details, cause } = toAppError(thrown);
  return {
    code,
    message,
    details,
    cause:
      cause === undefined ? null : cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
  };
}

export function fromWire({ code, message, details, cause }: WireError): AppError {
  return new AppError(code, message, {
    details,
    ...(cause === null ? {} : { cause: new Error(cause) }),
  });
}
