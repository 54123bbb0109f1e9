import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../../shared/contract/contract.ts';
import { type AppError, type ErrorCode, toAppError } from '../../../shared/model/errors.ts';
import type { Desk } from '../desk.ts';
import type { Log } from '../ports.ts';

/** What every handler is given beside its input. */
export interface RpcContext {
  desk: Desk;
  log: Log;
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  invalid_input: 422,
  owner_required: 422,
  not_found: 404,
  unauthenticated: 401,
  forbidden: 403,
  superseded: 409,
  record_changed: 409,
};

/** The one place where an error of ours gets its wire form: code, message and facts, never a cause or a stack. */
function wireError(error: AppError): ORPCError<ErrorCode, Record<string, unknown>> {
  return new ORPCError(error.code, {
    defined: true,
    status: statusOf[error.code] ?? 500,
    message: error.message,
    data: error.details,
  });
}

interface InputIssue {
  path?: readonly (PropertyKey | { key: PropertyKey })[];
  message: string;
}

function issuesOf(error: ORPCError<string, unknown>): InputIssue[] {
  const { data } = error;
  const isList = typeof data === 'object' && data !== null && 'issues' in data && Array.isArray(data.issues);
  return isList ? (data as { issues: InputIssue[] }).issues : [];
}

/** Input that the contract refuses, in words. */
function invalidInput(error: ORPCError<string, unknown>): ORPCError<ErrorCode, Record<string, unknown>> {
  const words = issuesOf(error).map(({ path = [], message }) => {
    const field = path.map((part) => (typeof part === 'object' ? String(part.key) : String(part))).join('.');
    return field === '' ? message : `${field}: ${message}`;
  });
  return new ORPCError('invalid_input', {
    defined: true,
    status: 422,
    message: words.length > 0 ? words.join('; ') : 'What was sent is not of the agreed form.',
    data: {},
  });
}

const isStream = (output: unknown): output is AsyncGenerator<unknown, unknown, void> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output;

/** A stream fails after its call has been answered, so its errors get their wire form on the way. */
async function* wireStream(
  stream: AsyncGenerator<unknown, unknown, void>,
  toWire: (thrown: unknown) => unknown,
): AsyncGenerator<unknown, unknown, void> {
  try {
    return yield* stream;
  } catch (thrown) {
    throw toWire(thrown);
  }
}

export const implementation = implement(contract)
  .$context<RpcContext>()
  .use(async ({ next, context, path }) => {
    const toWire = (thrown: unknown): ORPCError<string, unknown> => {
      if (thrown instanceof ORPCError) return thrown.code === 'BAD_REQUEST' ? invalidInput(thrown) : thrown;
      const error = toAppError(thrown);
      if (error.code === 'internal') context.log.error({ err: thrown, path }, 'A call from a console failed');
      return wireError(error);
    };
    try {
      const result = await next();
      return isStream(result.output) ? { ...result, output: wireStream(result.output, toWire) } : result;
    } catch (thrown) {
      throw toWire(thrown);
    }
  });
