import { expect, onTestFinished } from 'vitest';
import type { ChatEvent, ChatFile } from '../../electron/core/connectors/connector.ts';
import { loginUrl } from '../../electron/core/connectors/microsoft-entra.ts';
import { graphUrl } from '../../electron/core/connectors/microsoft-graph.ts';
import { createTeamsConnector, teamsSignIn } from '../../electron/core/connectors/teams/client.ts';
import type { Clock } from '../../electron/core/ports.ts';
import type { StandInRequest } from '../../electron/core/sandbox/stand-in.ts';
import { createTeamsStandIn } from '../../electron/core/sandbox/teams.ts';
import type { RateBudget } from '../../shared/model/connection.ts';
import type { DecisionCard } from '../../shared/model/decision-card.ts';
import type { NamedTeamsChannel, TeamsChannel } from '../../shared/set-up/teams.ts';
import { createTestLog, credentials, serveStandIn, stoppedClock } from './stand-in-server.ts';
import { answerAt } from './vendor-address.ts';

export const channel = '19:routing@thread.tacv2';
const world = {
  channels: { teams: [channel] },
  people: [
    { email: 'emma@example.com', name: 'Emma Clarke', teams: 't-emma', roles: ['requester'], active: true },
    { email: "o'neil@example.com", name: "Pat O'Neil", teams: 't-pat', roles: ['approver'], active: true },
    { email: 'left@example.com', name: 'Left Company', teams: 't-left', roles: [], active: false },
  ],
};
export const card: DecisionCard = {
  requestId: 'REV-1',
  version: 2,
  title: 'REV-1: Jonas Weber',
  summary: ['Emma asked: “Please [fix](https://evil.example) it”'],
  fields: [{ label: 'Priority', value: 'High' }],
  quotes: [{ text: 'A strategic account', from: 'Policy, version 7', url: 'https://wiki.example/p' }],
  proposal: { owner: 'ana@example.com', name: 'Ana Silva' },
  options: [{ owner: 'ben@example.com', name: 'Ben Osei', why: 'the present owner' }],
};

export interface Kept {
  state: Map<string, string>;
  tokens: string | null;
}

/** @param clock Graph's; it stands still where it is left out */
export async function serve(clock: Pick<Clock, 'now'> = stoppedClock) {
  const server = await serveStandIn({ system: 'teams', world, clock, create: createTeamsStandIn });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}
export type Server = Awaited<ReturnType<typeof serve>>;

/** A connector as after a start of the program, with what an earlier one kept. */
export function connect(
  server: Server,
  options: {
    kept?: Kept;
    refreshToken?: string | null;
    timeoutMs?: number;
    channels?: (TeamsChannel | NamedTeamsChannel)[];
  } = {},
) {
  answerAt({ [graphUrl]: server.url, [loginUrl]: server.url });
  const kept = options.kept ?? { state: new Map(), tokens: null };
  const log = createTestLog();
  const { refreshToken = credentials.microsoft.refreshToken, timeoutMs = 2_000 } = options;
  const tokens = {
    read: async () => kept.tokens,
    write: async (text: string) => {
      kept.tokens = text;
    },
  };
  const entra = { ...credentials.microsoft, refreshToken, tokens, loginUrl, timeoutMs, log };
  const budgets: RateBudget[] = [];
  const connector = createTeamsConnector({
    ...entra,
    onBudget: (budget) => budgets.push(budget),
    graphUrl,
    channels: options.channels ?? [{ team: 'sandbox-team', channel }],
    state: {
      get: async (name) => kept.state.get(name) ?? null,
      set: async (name, value) => void kept.state.set(name, value),
    },
    pace: { shortestMs: 5, longestMs: 5 },
  });
  const events: ChatEvent[] = [];
  const problems: (string | null)[] = [];
  const listen = async (handler: (event: ChatEvent) => Promise<void> = async () => undefined) => {
    onTestFinished(() => connector.stop());
    await connector.listen(
      async (event) => {
        await handler(event);
        events.push(event);
      },
      (problem) => problems.push(problem),
    );
  };
  const messages = () => events.filter((event) => event.kind === 'message');
  /** Each message once, as intake takes them in. */
  const texts = () => [...new Map(messages().map(({ eventId, text }) => [eventId, text])).values()];
  return {
    connector,
    budgets,
    events,
    messages,
    texts,
    problems,
    listen,
    kept,
    log,
    signIn: teamsSignIn(entra),
  };
}

export async function setUp(options: Parameters<typeof connect>[1] = {}) {
  const server = await serve();
  return { server, ...server, ...connect(server, options) };
}

export const until = (check: () => void) => expect.poll(check, { timeout: 4_000, interval: 5 });
export const quiet = (server: Server) => until(() => server.standIn.isQuiet()).toBe(true);
export const ours = (server: Server) => server.standIn.messages().filter(({ isOurs }) => isOurs);
export const isPost = ({ method, url }: StandInRequest) =>
  method === 'POST' && url.pathname.endsWith('/replies');
/** A round of reading; not the look at Graph's clock before the first one. */
export const isDelta = ({ url }: StandInRequest) =>
  url.pathname.endsWith('/delta') && url.searchParams.get('$top') !== '1';
export const isToken = ({ url }: StandInRequest) => url.pathname.endsWith('/token');
/** The files of the messages that were handed on. */
export const filesIn = (events: readonly ChatEvent[]): ChatFile[] =>
  events.flatMap((event) => (event.kind === 'message' ? event.files : []));
