import { onTestFinished } from 'vitest';
import {
  type ConfluenceOptions,
  createConfluenceConnector,
} from '../../electron/core/connectors/confluence/client.ts';
import { createConfluenceStandIn } from '../../electron/core/sandbox/confluence.ts';
import type { StandInReply, StandInRequest } from '../../electron/core/sandbox/stand-in.ts';
import type { WorldPage } from '../../electron/core/sandbox/world.ts';
import { createTestLog, credentials, serveStandIn, stoppedClock } from './stand-in-server.ts';
import { answerAt } from './vendor-address.ts';

export const label = 'lead-routing-policy';
const { email, apiToken } = credentials.confluence;

export const page = (id: string, more: Partial<WorldPage> = {}): WorldPage => ({
  id,
  space: 'REVOPS',
  title: `Policy ${id}`,
  version: 1,
  labels: [label],
  body: `<p>Policy &amp; more of ${id}</p>`,
  restricted: false,
  ...more,
});

const vendorUrl = 'https://acme.atlassian.net';

export async function setUp(
  options: {
    pages?: WorldPage[];
    auth?: ConfluenceOptions['auth'];
    spaces?: string[];
    timeoutMs?: number;
    clock?: ConfluenceOptions['clock'];
  } = {},
) {
  const server = await serveStandIn({
    system: 'confluence',
    world: { confluence: { pages: options.pages ?? [page('33001'), page('33002', { labels: ['other'] })] } },
    create: createConfluenceStandIn,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  answerAt({ [vendorUrl]: server.url });
  const log = createTestLog();
  const connector = createConfluenceConnector({
    baseUrl: vendorUrl,
    auth: { email, apiToken },
    spaces: [],
    timeoutMs: 2_000,
    clock: stoppedClock,
    log,
    ...options,
  });
  return { ...server, url: vendorUrl, connector, log };
}

export const idsOf = (pages: readonly { id: string }[]) => pages.map(({ id }) => id);
export const isPage = (id: string) => (request: StandInRequest) =>
  request.url.pathname.endsWith(`/pages/${id}`);
export const refusal = (
  status: number,
  words = 'In their words',
  headers: Record<string, string> = {},
): StandInReply => ({
  status,
  headers,
  body: { errors: [{ status, code: 'SOME_CODE', title: words, detail: null }] },
});
