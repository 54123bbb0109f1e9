import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Log } from '../ports.ts';
import { createFaultyPages } from './fault-pages.ts';
import { busyReply, expiredReply, htmlPage, refusedReply } from './fault-replies.ts';
import type { Fault, Faults, VendorSystem } from './faults.ts';
import type { RateLimit, StandIn, StandInReply, StandInRequest } from './stand-in.ts';

/** Larger than anything a vendor takes, so that a runaway client cannot fill the memory. */
const maxBodyBytes = 32 * 1024 * 1024;

export interface VendorServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Requests that have not been answered, those that a `timeout` fault holds included. */
  inFlight(): number;
  stop(): Promise<void>;
}

export interface VendorServerOptions {
  system: VendorSystem;
  /** Built once the address is known. */
  standIn: (baseUrl: string) => StandIn;
  faults: Faults;
  /** The vendor's own, which every answer shows. */
  clock: Pick<Clock, 'now'>;
  log: Log;
  /** How long a `timeout` fault holds a request whose client does not give up, in milliseconds. */
  timeoutHoldMs: number;
  /** Multiplies every rate limit; `Infinity` switches them off. */
  limitFactor: number;
  onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Called after every answer that was sent, with what went over the wire. */
  onExchange?: ((exchange: { request: StandInRequest; reply: StandInReply }) => void) | undefined;
  /** Called whenever a request has ended, however it ended. */
  onSettled: () => void;
}

/** Serves one stand-in on a free port of the loopback, with faults, credentials and rate limits in front. */
export async function startVendorServer(options: VendorServerOptions): Promise<VendorServer> {
  const { system, faults, clock, log, timeoutHoldMs } = options;
  // A client that was busy for longer than Node's five seconds would send into a connection that is just being closed.
  const server = createServer({ keepAliveTimeout: 60_000 });
  const port = await listen(server);
  const url = `http://127.0.0.1:${port}`;
  const standIn = options.standIn(url);
  const isLimited = createLimiter(options.limitFactor);
  const pages = createFaultyPages(system);
  let inFlight = 0;

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await readRequest(incoming, url);
    if (sent === null) return send(response, { status: 413, body: 'Request Entity Too Large' });
    const request = pages.meant(sent);
    const needsCredentials = expiredReply(standIn, request) !== null;
    const fault = faults.take(system, { isWrite: standIn.isWrite(request), needsCredentials });
    if (fault?.kind === 'timeout') {
      await hold(response, timeoutHoldMs);
      incoming.socket.destroy();
      return;
    }
    if (fault?.kind === 'reset') {
      incoming.socket.resetAndDestroy();
      return;
    }
    const reply = (fault && replyInstead(fault, request)) ?? (await replyTo(request));
    if (fault?.kind === 'write_then_reset') {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'truncated_body') return breakOff(response, reply);
    const shown = fault?.kind === 'truncated_json' ? withHalfBody(reply) : reply;
    send(response, shown);
    options.onExchange?.({ request, reply: shown });
  }

  async function replyTo(request: StandInRequest): Promise<StandInReply> {
    const reply = standIn.refuse(request) ?? limited(request) ?? (await standIn.handle(request));
    const kind = pages.isPage(request, reply) ? faults.takeForPage(system) : null;
    return kind === null ? reply : pages.spoil(request, reply, kind);
  }

  /** What comes where nothing is done; null for the faults that let the work be done. */
  function replyInstead({ kind, retryAfterSeconds }: Fault, request: StandInRequest): StandInReply | null {
    const busy = (form: Parameters<typeof busyReply>[2]['form']) =>
      busyReply(standIn, request, { form, now: clock.now() });
    switch (kind) {
      case 'http_401':
        return expiredReply(standIn, request);
      case 'http_403':
        return refusedReply(system, 403);
      case 'http_404':
        return refusedReply(system, 404);
      case 'http_409':
        return refusedReply(system, 409);
      case 'http_412':
        return refusedReply(system, 412);
      case 'http_429':
        return standIn.busy(request, retryAfterSeconds);
      case 'http_429_bare':
        return busy('bare');
      case 'http_429_seconds':
        return busy('seconds');
      case 'http_429_fraction':
        return busy('fraction');
      case 'http_429_date':
        return busy('date');
      case 'http_429_skewed':
        return busy('skewed');
      case 'http_500':
        return refusedReply(system, 500);
      case 'http_503':
        return standIn.unavailable(request);
      case 'html_page':
        return htmlPage;
      default:
        return null;
    }
  }

  function limited(request: StandInRequest): StandInReply | null {
    const waitMs = isLimited(standIn.limits(request));
    return waitMs === null ? null : standIn.busy(request, Math.max(1, Math.ceil(waitMs / 1000)));
  }

  server.on('request', (incoming, response) => {
    inFlight += 1;
    response.setHeader('date', clock.now().toUTCString());
    answer(incoming, response)
      .catch((thrown: unknown) => {
        if (incoming.destroyed && !incoming.complete) return;
        log.error({ err: thrown, path: incoming.url }, `The ${system} stand-in failed`);
        if (!response.headersSent) send(response, { status: 500, body: 'The stand-in failed; see the log.' });
      })
      .finally(() => {
        inFlight -= 1;
        options.onSettled();
      });
  });
  server.on('upgrade', (incoming, socket, head) => {
    if (options.onUpgrade === undefined) socket.destroy();
    else options.onUpgrade(incoming, socket, head);
  });

  return {
    url,
    inFlight: () => inFlight,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port'));
      else resolve(address.port);
    });
  });
}

/** The whole request, or null where its body is too large. */
async function readRequest(incoming: IncomingMessage, baseUrl: string): Promise<StandInRequest | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (sizeBytes > maxBodyBytes) return null;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', baseUrl),
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function send(response: ServerResponse, reply: StandInReply): void {
  const { status, headers, body } = readied(reply);
  response.writeHead(status, headers);
  response.end(body);
}

/** The reply as it goes over the wire. */
function readied({ status, headers = {}, body }: StandInReply) {
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  const type = isJson ? { 'content-type': 'application/json;charset=UTF-8' } : {};
  return { status, headers: { ...type, ...headers }, body: isJson ? JSON.stringify(body) : body };
}

/** Sends half of the reply; then the connection breaks. */
function breakOff(response: ServerResponse, reply: StandInReply): void {
  const { status, headers, body = '' } = readied(reply);
  const bytes = Buffer.from(body);
  if (bytes.length === 0) {
    response.destroy();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length + 1) });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

/** The reply with the second half of its JSON missing, although the answer is whole for HTTP. */
function withHalfBody(reply: StandInReply): StandInReply {
  const { status, headers, body = '' } = readied(reply);
  const bytes = Buffer.from(body);
  return { status, headers, body: bytes.subarray(0, bytes.length / 2).toString('utf8') };
}

/** Resolves when the client has gone, or after `holdMs`. */
function hold(response: ServerResponse, holdMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, holdMs);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Sliding windows by key; gives how long to wait in milliseconds, or null where the request may pass. */
function createLimiter(factor: number): (limits: readonly RateLimit[]) => number | null {
  const passed = new Map<string, number[]>();
  return (limits) => {
    if (factor === Number.POSITIVE_INFINITY) return null;
    const now = performance.now();
    const windows = limits.map((limit) => {
      const recent = (passed.get(limit.key) ?? []).filter((at) => at > now - limit.perMs);
      passed.set(limit.key, recent);
      return { limit, recent };
    });
    for (const { limit, recent } of windows) {
      const max = Math.max(1, Math.floor(limit.max * factor));
      const oldest = recent[recent.length - max];
      if (oldest !== undefined) return oldest + limit.perMs - now;
    }
    for (const { recent } of windows) recent.push(now);
    return null;
  };
}
