import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { net, protocol } from 'electron';
import { pageSecurityHeaders } from '../../shared/contract/page-security.ts';
import { desktopScheme } from '../../shared/contract/wire.ts';
import { pageFile } from './page-file.ts';

/** To be called before the app is ready: the page's own scheme gets an origin, storage and fetch. */
export function announceConsoleScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: desktopScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built page under `switchyard://console/`, with the same policy as on the loopback. */
export function serveConsolePage(pageDir: string): void {
  protocol.handle(desktopScheme, async (request) => {
    const file = pageFile(pageDir, request.url);
    if (file === null) return new Response('There is no such page.', { status: 404 });
    try {
      return withSecurityHeaders(await net.fetch(pathToFileURL(path.join(pageDir, file)).href));
    } catch {
      return new Response('There is no such page.', { status: 404 });
    }
  });
}

function withSecurityHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(pageSecurityHeaders())) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}
