import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError } from '../../../../shared/model/errors.ts';
import { vendor } from './errors.ts';

export interface Callback {
  /** The code that Salesforce gave for the sign-in; `vendor_auth` where it was refused or took too long. */
  code: Promise<string>;
  close(): Promise<void>;
}

interface CallbackOptions {
  /** Of this machine, with port and path. */
  url: string;
  /** What the answer has to repeat, so that nobody else's is taken for it. */
  state: string;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** For the last page to arrive. */
const graceMs = 500;

/** A status, and what the page says. */
type PageAnswer = readonly [status: number, words: string];

/** Both, as a browser may take `localhost` for either; a machine without IPv6 has the first only. */
const loopbackHosts = ['127.0.0.1', '::1'] as const;

/**
 * Listens for the one answer to a sign-in that a browser on this machine brings back. Throws `port_in_use` where
 * another program has the port.
 */
export async function listenForCallback({
  url,
  state,
  timeoutMs,
  signal,
}: CallbackOptions): Promise<Callback> {
  const { port, pathname } = new URL(url);
  const answered = Promise.withResolvers<string>();
  // Whoever asks for the code later is told as well.
  answered.promise.catch(() => undefined);
  let isOver = false;

  function end(outcome: { code: string } | { error: AppError }): void {
    isOver = true;
    if ('code' in outcome) answered.resolve(outcome.code);
    else answered.reject(outcome.error);
  }

  function answerTo(request: IncomingMessage): PageAnswer {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', url);
    if (path !== pathname || request.method !== 'GET') return [404, 'There is nothing here.'];
    if (isOver) return [410, 'This sign-in is over. Start it again in Switchyard.'];
    if (searchParams.get('state') !== state) {
      return [400, 'This answer belongs to another sign-in. Go on in the page opened last.'];
    }
    const code = searchParams.get('code');
    end(code ? { code } : { error: declined(searchParams) });
    return code
      ? [200, 'Switchyard has what it needs. You can close this page.']
      : [200, 'You are not signed in. Close this page and go on in Switchyard.'];
  }

  const servers = await listenOnBoth(Number(port), answerTo);
  const timer = setTimeout(() => end({ error: tookTooLong(timeoutMs) }), timeoutMs);
  const cancel = () =>
    end({
      error: new AppError('cancelled', 'The sign-in to Salesforce was cancelled.', { cause: signal?.reason }),
    });
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });

  return {
    code: answered.promise,
    async close() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      await Promise.all(servers.map(closeServer));
    },
  };
}

async function listenOnBoth(
  port: number,
  answerTo: (request: IncomingMessage) => PageAnswer,
): Promise<Server[]> {
  const servers: Server[] = [];
  for (const host of loopbackHosts) {
    const server = createServer((request, response) => show(response, answerTo(request)));
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
      servers.push(server);
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
      if (host === '::1' && code !== 'EADDRINUSE') continue;
      await Promise.all(servers.map(closeServer));
      throw portTaken(port, thrown);
    }
  }
  return servers;
}

/** An answer that is under way is finished. Browsers also open connections that they never use: those are cut off. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function show(response: ServerResponse, [status, words]: PageAnswer): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(
    `<!doctype html><html lang="en"><meta name="color-scheme" content="light dark"><title>Switchyard</title><body style="font: 1.1rem/1.6 system-ui; max-width: 32rem; margin: 20vh auto; padding: 0 1rem"><h1 style="font-size: 1.2rem">Switchyard</h1><p>${words}</p></body></html>`,
  );
}

function declined(answer: URLSearchParams): AppError {
  const error = answer.get('error') ?? 'no code';
  const description = answer.get('error_description');
  const said = description === null ? error : `"${description.slice(0, 300)}" (${error})`;
  const todo = /access.?denied/.test(error)
    ? 'Sign in again and choose Allow, or ask the administrator to let the account use the app.'
    : "Sign in again; if this goes on, look at the app's OAuth settings.";
  return new AppError('vendor_auth', `Nobody was signed in to Salesforce: ${said}. ${todo}`, {
    details: { vendor, errorCode: error },
  });
}

function tookTooLong(timeoutMs: number): AppError {
  return new AppError(
    'vendor_auth',
    `Nobody has signed in to Salesforce within ${Math.round(timeoutMs / 60_000)} minutes. Sign in again. If Salesforce shows an error page instead, look at the app's callback URL.`,
    { details: { vendor } },
  );
}

function portTaken(port: number, cause: unknown): AppError {
  return new AppError(
    'port_in_use',
    `Port ${port} of this machine is taken, and Salesforce answers a sign-in nowhere else. End the other sign-in or the program that uses the port, then sign in again.`,
    { cause, details: { port } },
  );
}
