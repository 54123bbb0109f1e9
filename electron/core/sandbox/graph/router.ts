import type { RateLimit, StandIn, StandInReply, StandInRequest } from '../stand-in.ts';
import type { Caller, SignIn } from './sign-in.ts';

const version = '/v1.0';

/** A request that has found its route. */
export interface RoutedCall {
  caller: Caller;
  /** The parts of the path that the route names, decoded. */
  part(name: string): string;
  query: URLSearchParams;
  /** What was sent as JSON; undefined where nothing was. */
  body: unknown;
  url: URL;
}

export interface GraphRoute {
  method: 'GET' | 'POST';
  /** As Graph's reference writes it, after the version: `/users/{user}`. */
  path: string;
  /** Whether it changes something that people see. */
  isWrite?: boolean;
  limits?: readonly RateLimit[];
  /** The permission without which Graph refuses it, by whom the token stands for; nothing where it needs none. */
  needs?: Partial<Record<Caller, string>>;
  handle(call: RoutedCall): StandInReply;
}

export interface GraphServer {
  signIn: SignIn;
  routes: readonly GraphRoute[];
  /** Answers what needs no token, as the address that a file is fetched from; null for the rest. */
  handleOpenly?: (request: StandInRequest) => StandInReply | null;
}

/** Microsoft Graph and Entra's sign-in behind one address, with the routes of one product. */
export function createGraphStandIn({ signIn, routes, handleOpenly = () => null }: GraphServer): StandIn {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.path) }));

  function routeOf({
    method,
    url,
  }: StandInRequest): { route: GraphRoute; parts: Record<string, string> } | null {
    for (const { route, pattern } of compiled) {
      const match = route.method === method ? pattern.exec(url.pathname) : null;
      if (match !== null) return { route, parts: match.groups ?? {} };
    }
    return null;
  }

  return {
    async handle(request) {
      const open = signIn.handle(request) ?? handleOpenly(request);
      if (open !== null) return open;
      const found = routeOf(request);
      if (found === null) {
        return graphError(400, 'BadRequest', `Resource not found for the segment '${request.url.pathname}'.`);
      }
      const body = readJson(request.body);
      if (body === null) return graphError(400, 'BadRequest', 'Unable to read JSON request payload.');
      const caller = signIn.callerOf(request);
      if (caller === null) return noToken;
      const { route, parts } = found;
      const lacking = route.needs?.[caller];
      if (lacking !== undefined && !signIn.permissions.has(caller, lacking)) return notAllowed(lacking);
      return route.handle({
        caller,
        part: (name) => decodeURIComponent(parts[name] ?? ''),
        query: request.url.searchParams,
        body: body.json,
        url: request.url,
      });
    },
    refuse(request) {
      const isOpen = !request.url.pathname.startsWith(`${version}/`);
      return isOpen || signIn.callerOf(request) !== null ? null : noToken;
    },
    busy: (_request, retryAfterSeconds) => ({
      ...graphError(429, 'TooManyRequests', 'Too many requests'),
      headers: retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
    }),
    unavailable: () => graphError(503, 'serviceNotAvailable', 'The service is temporarily unavailable.'),
    isWrite: (request) => routeOf(request)?.route.isWrite === true,
    limits: (request) => routeOf(request)?.route.limits ?? [],
  };
}

function notAllowed(permission: string): StandInReply {
  return graphError(
    403,
    'Forbidden',
    `Missing role permissions on the request. API requires one of '${permission}'.`,
  );
}

const noToken = graphError(401, 'InvalidAuthenticationToken', 'Access token is empty or has expired.');

export function graphError(status: number, code: string, message: string): StandInReply {
  const innerError = { date: '2026-01-01T00:00:00', 'request-id': 'sandbox', 'client-request-id': 'sandbox' };
  return { status, body: { error: { code, message, innerError } } };
}

/** One page of a list, as `$top` and the link before ask for it, with the link to the next. */
export function pageOf<Item>(
  items: readonly Item[],
  { url, query }: Pick<RoutedCall, 'url' | 'query'>,
  { usualTop = 20, maximumTop = 50 }: { usualTop?: number; maximumTop?: number } = {},
): { value: Item[]; '@odata.nextLink'?: string } {
  const top = Math.min(Number(query.get('$top') ?? usualTop), maximumTop);
  const start = Number(query.get('$skiptoken') ?? 0);
  const end = start + top;
  const value = items.slice(start, end);
  if (end >= items.length) return { value };
  const next = new URL(url);
  next.searchParams.set('$skiptoken', String(end));
  return { value, '@odata.nextLink': next.href };
}

function patternOf(path: string): RegExp {
  const source = path.replace(/[.*+?^$()[\]\\|]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${version}${source}$`);
}

/** Null for what is no JSON. */
function readJson(text: string): { json: unknown } | null {
  if (text === '') return { json: undefined };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return null;
  }
}
