import { z } from 'zod';
import type { AppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import { cancelled, garbled } from '../vendor-fetch.ts';
import { apiPath } from './address.ts';
import { refusalError, vendor } from './errors.ts';
import type { SalesforceSession } from './session.ts';

/** Of the 25 parts of one composite request, so many may be queries. */
const queriesAtOnce = 5;

const Composite = z.object({
  compositeResponse: z.array(
    z.object({ referenceId: z.string(), httpStatusCode: z.number().int(), body: z.unknown() }),
  ),
});

interface WaitingQuery {
  path: string;
  signal: AbortSignal | undefined;
  settle: { resolve: (json: unknown) => void; reject: (error: unknown) => void };
}

/** The first page of a query's answer, by its path from the API version on. */
export type QueryReader = (path: string, options?: CallOptions) => Promise<unknown>;

/**
 * Queries that are asked side by side travel in one request, which Salesforce counts as one call; each has an answer
 * or an error of its own. Never used for writes: there a lost answer has to mean one record. A query by itself goes
 * out as such. Source: REST API Developer Guide, "Composite".
 */
export function createQueryReader(session: SalesforceSession): QueryReader {
  let waiting: WaitingQuery[] = [];

  function sendAll(): void {
    const queries = waiting.filter(({ signal }) => !signal?.aborted);
    waiting = [];
    for (let start = 0; start < queries.length; start += queriesAtOnce) {
      void send(session, queries.slice(start, start + queriesAtOnce));
    }
  }

  return (path, { signal } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (signal?.aborted) return Promise.reject(cancelled(vendor, signal));
    const giveUp = () => signal && reject(cancelled(vendor, signal));
    signal?.addEventListener('abort', giveUp, { once: true });
    if (waiting.length === 0) setImmediate(sendAll);
    waiting.push({ path, signal, settle: { resolve, reject } });
    return promise.finally(() => signal?.removeEventListener('abort', giveUp));
  };
}

/** Settles every query; what befalls the request befalls all of them. */
async function send(session: SalesforceSession, queries: readonly WaitingQuery[]): Promise<void> {
  const { signal, release } = sharedSignal(queries);
  try {
    const [only, second] = queries;
    if (only !== undefined && second === undefined) {
      only.settle.resolve(await session.call({ method: 'GET', path: only.path }, { signal }));
      return;
    }
    const answers = await sendTogether(session, queries, { signal });
    for (const [index, { settle }] of queries.entries()) {
      const answer = answers[index];
      if (answer?.isOk) settle.resolve(answer.json);
      else settle.reject(answer?.error);
    }
  } catch (thrown) {
    for (const { settle } of queries) settle.reject(thrown);
  } finally {
    release();
  }
}

async function sendTogether(
  session: SalesforceSession,
  queries: readonly WaitingQuery[],
  callOptions: CallOptions,
): Promise<({ isOk: true; json: unknown } | { isOk: false; error: AppError })[]> {
  const json = await session.call(
    {
      method: 'POST',
      path: '/composite',
      body: {
        allOrNone: false,
        compositeRequest: queries.map(({ path }, index) => ({
          method: 'GET',
          url: `${apiPath}${path}`,
          referenceId: `query${index}`,
        })),
      },
    },
    callOptions,
  );
  const parsed = Composite.safeParse(json);
  if (!parsed.success) throw garbled(vendor, 'data of another form');
  const parts = new Map(parsed.data.compositeResponse.map((part) => [part.referenceId, part]));
  return queries.map((_query, index) => {
    const part = parts.get(`query${index}`);
    if (part === undefined) return { isOk: false, error: garbled(vendor, 'too few answers') };
    const { httpStatusCode: status, body } = part;
    if (status >= 200 && status < 300) return { isOk: true, json: body };
    const reply = { status, headers: new Headers(), text: JSON.stringify(body ?? null) };
    return { isOk: false, error: refusalError(reply) };
  });
}

/** Fires when nobody waits for any of the queries any more. */
function sharedSignal(queries: readonly WaitingQuery[]): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const signals = queries.map(({ signal }) => signal);
  const check = () => {
    if (signals.every((signal) => signal?.aborted)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal?.addEventListener('abort', check, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) signal?.removeEventListener('abort', check);
    },
  };
}
