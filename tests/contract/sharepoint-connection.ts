import { onTestFinished } from 'vitest';
import { loginUrl } from '../../electron/core/connectors/microsoft-entra.ts';
import { graphUrl } from '../../electron/core/connectors/microsoft-graph.ts';
import { createAppTokens } from '../../electron/core/connectors/microsoft-sign-in.ts';
import { createSharepointConnector } from '../../electron/core/connectors/sharepoint/client.ts';
import { libraryOf, siteUrlOf } from '../../electron/core/sandbox/sharepoint/libraries.ts';
import { createSharepointStandIn } from '../../electron/core/sandbox/sharepoint.ts';
import type { StandInReply, StandInRequest } from '../../electron/core/sandbox/stand-in.ts';
import type { WorldPage } from '../../electron/core/sandbox/world.ts';
import type { Exchange } from './contract-check.ts';
import { createTestLog, credentials, serveStandIn, stoppedClock } from './stand-in-server.ts';
import { answerAt } from './vendor-address.ts';

export const call = { label: 'lead-routing-policy' };

/** A site page. */
export const page = (id: string, more: Partial<WorldPage> = {}): WorldPage => ({
  id,
  site: 'RevOps',
  title: `Policy ${id}`,
  version: 1,
  labels: [],
  body: `<p>Policy &amp; more of ${id}</p>`,
  restricted: false,
  ...more,
});
export const file = (id: string, more: Partial<WorldPage> = {}): WorldPage =>
  page(id, { library: 'Policies', ...more });

export interface SetUp {
  pages?: WorldPage[];
  siteUrl?: string;
  library?: string;
  clientSecret?: string;
  timeoutMs?: number;
}

export async function setUp(options: SetUp = {}) {
  const { pages = [page('p1')], timeoutMs = 2_000 } = options;
  const [first = page('none')] = pages;
  const server = await serveStandIn({
    system: 'sharepoint',
    world: { sharepoint: { pages } },
    create: createSharepointStandIn,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  answerAt({ [graphUrl]: server.url, [loginUrl]: server.url });
  const log = createTestLog();
  const { tenantId, clientId, clientSecret } = { ...credentials.microsoft, ...options };
  const app = {
    vendor: 'SharePoint',
    loginUrl,
    tenantId,
    clientId,
    clientSecret,
    timeoutMs,
    log,
  };
  const connector = createSharepointConnector({
    baseUrl: graphUrl,
    token: createAppTokens(app),
    clientId,
    siteUrl: options.siteUrl ?? siteUrlOf(first),
    library: options.library ?? libraryOf(first),
    timeoutMs,
    clock: stoppedClock,
    log,
  });
  return { ...server, connector, log };
}

export const idsOf = (pages: readonly { id: string }[]) => pages.map(({ id }) => id);
export const pathEnds = (end: string) => (request: StandInRequest) => request.url.pathname.endsWith(end);
export const isSitePage = (id: string) => pathEnds(`/pages/${id}/microsoft.graph.sitePage`);
export const isDownload = (request: StandInRequest) => request.url.pathname.startsWith('/download/');
export const isGraph = ({ request }: Exchange) => request.url.pathname.startsWith('/v1.0/');
export const garbledPage: StandInReply = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html>Sign in</html>',
};
export const sitePage = (more: object): StandInReply => ({
  status: 200,
  body: { title: 'A page', publishingState: { level: 'published', versionId: '1.0' }, ...more },
});
