import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { OpenAPIBackend } from 'openapi-backend';
import { z } from 'zod';

/**
 * Holds a connector's real requests and a stand-in's real replies to a vendor's contract
 * (`../shared/contracts/<vendor>.json`, OpenAPI). In a contract test:
 *
 *     const contract = await loadContract('hubspot');
 *     describe.skipIf(contract === null)('HubSpot contract', () => { … });
 *
 * Collect the exchanges with `startVendorServer({ onExchange })`, give each to `contract.check`, and expect
 * `problems` to be empty in every one.
 */

export type VendorName = 'slack' | 'hubspot' | 'graph' | 'confluence' | 'openai' | 'salesforce';

/** One request as it went over the wire and its answer; `onExchange` of a vendor server gives just this. */
export interface Exchange {
  request: {
    method: string;
    /** The contract's paths are looked for in its path, whatever the host. */
    url: URL;
    headers: Readonly<Record<string, string>>;
    /** As it was sent; empty where there was none. */
    body: string;
  };
  reply: {
    status: number;
    headers?: Readonly<Record<string, string>>;
    /** An object or a list stands for its JSON. */
    body?: string | object;
  };
}

export interface Verdict {
  /** Null where the contract has no such operation; `problems` says so. */
  operationId: string | null;
  /** One line for each breach: where, and what. */
  problems: string[];
}

export interface Contract {
  /**
   * JSON bodies must be exact; parameters and form fields, which are text on the wire, are read as the types they
   * stand for. Of the replies those with status 2xx are checked: vendors break their own error schemas.
   */
  check(exchange: Exchange): Verdict;
}

export interface ContractOptions {
  /** Where the vendor's API begins, where the contract's paths leave it out, e.g. `/api` for Slack. */
  apiRoot?: string;
}

const ScalarParameter = z.looseObject({
  in: z.literal('query'),
  explode: z.literal(false),
  schema: z.looseObject({ type: z.enum(['string', 'integer', 'boolean', 'number']) }),
});

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

const contractsFolder = new URL('../../../shared/contracts/', import.meta.url);

/** The vendor's contract, or null (and a line on stderr that says so) where this checkout has none beside it. */
export async function loadContract(
  vendor: VendorName,
  { apiRoot = '/' }: ContractOptions = {},
): Promise<Contract | null> {
  const file = fileURLToPath(new URL(`${vendor}.json`, contractsFolder));
  if (!existsSync(file)) {
    console.warn(`${file}: not found, skipped`);
    return null;
  }
  const text = await readFile(file, 'utf8');
  // Dereferencing works in place, so each reader gets a document of its own.
  const exact = await openContract(text, apiRoot, false);
  const coercing = await openContract(text, apiRoot, true);

  return {
    check({ request, reply }) {
      const parsed = {
        method: request.method.toLowerCase(),
        path: request.url.pathname,
        query: queryOf(request.url),
        headers: { ...request.headers },
      };
      const operation = exact.router.matchOperation(parsed);
      if (operation?.operationId === undefined) {
        const problem = `${request.method} ${request.url.pathname}: the contract has no such operation`;
        return { operationId: null, problems: [problem] };
      }
      const isForm = contentType(request.headers).startsWith('application/x-www-form-urlencoded');
      const body = isForm ? Object.fromEntries(new URLSearchParams(request.body)) : jsonOf(request.body);
      const reader = isForm ? coercing : exact;
      const asked = reader.validateRequest(
        { ...parsed, ...(body === undefined ? {} : { body }) },
        operation.operationId,
      );
      const problems = linesOf('request', asked.errors);
      if (reply.status >= 200 && reply.status < 300) {
        problems.push(...replyProblems(exact, operation.operationId, operation.responses, reply));
      }
      return { operationId: operation.operationId, problems };
    },
  };
}

async function openContract(text: string, apiRoot: string, coerceTypes: boolean): Promise<OpenAPIBackend> {
  const api = new OpenAPIBackend({
    definition: JSON.parse(text, withoutScalarLists),
    apiRoot,
    // Without it every schema of every operation is compiled at the start.
    quick: true,
    // Formats that Ajv does not know are named on the console otherwise; of those only times carry meaning here.
    ajvOpts: { coerceTypes, logger: false, formats: { 'date-time': rfc3339 } },
  });
  await api.init();
  return api;
}

/** `explode: false` says nothing about a single value, yet the reader makes a list of every parameter that carries it. */
function withoutScalarLists(_key: string, value: unknown): unknown {
  const parameter = ScalarParameter.safeParse(value);
  if (!parameter.success) return value;
  const { explode: _, ...rest } = parameter.data;
  return rest;
}

function replyProblems(
  api: OpenAPIBackend,
  operationId: string,
  responses: object | undefined,
  { status, body }: Exchange['reply'],
): string[] {
  const documented = Object.keys(responses ?? {});
  const isDocumented = [String(status), `${Math.trunc(status / 100)}XX`, 'default'].some((key) =>
    documented.includes(key),
  );
  if (!isDocumented) return [`reply: the contract has no status ${status} (it has ${documented.join(', ')})`];
  const sent = typeof body === 'object' ? structuredClone(body) : (jsonOf(body ?? '') ?? null);
  return linesOf('reply', api.validateResponse(sent, operationId, status).errors);
}

/** Repeated parameters become a list, as the reader expects them. */
function queryOf(url: URL): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

/** Undefined for an empty body; text that is no JSON stays text, which no schema of an object lets pass. */
function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function contentType(headers: Readonly<Record<string, string>>): string {
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type');
  return entry?.[1] ?? '';
}

function linesOf(
  side: 'request' | 'reply',
  errors: readonly { instancePath: string; message?: string; params: object }[] | null | undefined,
): string[] {
  return (errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${side}${instancePath}: ${message ?? 'is not valid'} ${JSON.stringify(params)}`,
  );
}
