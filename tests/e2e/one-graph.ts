import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Sandbox } from '../../electron/core/sandbox/server.ts';

export interface OneGraph {
  url: string;
  stop(): Promise<void>;
}

const sharepointPaths = /^\/v1\.0\/(sites|drives|search)\b/;

/** Both stand-ins of Microsoft's at one address, as Graph is: SharePoint's paths go to its own, the rest to Teams'. */
export async function serveOneGraph({ urls, credentials }: Sandbox): Promise<OneGraph> {
  const { tenantId, clientId, clientSecret } = credentials.microsoft;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** A token of Teams' means nothing to SharePoint's stand-in. */
  async function sharepointToken(): Promise<string> {
    const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
    const answered = await fetch(`${urls.sharepoint}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, scope: 'https://graph.microsoft.com/.default' }),
    });
    const { access_token: token } = (await answered.json()) as { access_token: string };
    return `Bearer ${token}`;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const isSharepoint = sharepointPaths.test(path);
    const { host: _host, connection: _connection, ...headers } = request.headers as Record<string, string>;
    if (isSharepoint && headers.authorization) headers.authorization = await sharepointToken();
    const { method = 'GET' } = request;
    const body = await buffer(request);
    const answered = await fetch(`${isSharepoint ? urls.sharepoint : urls.teams}${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(method === 'GET' ? {} : { body }),
    });
    const kept = ['content-type', 'location', 'retry-after'].flatMap((name) => {
      const value = answered.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    const text = await answered.text();
    response.writeHead(answered.status, Object.fromEntries(kept));
    // Links in an answer lead back to this address.
    response.end(text.replaceAll(urls.teams, url).replaceAll(urls.sharepoint, url));
  }

  return {
    url,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
