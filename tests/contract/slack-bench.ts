import { afterEach, expect, vi } from 'vitest';
import type {
  ChatConnector,
  ChatEvent,
  DecisionCard,
  ListenOptions,
} from '../../electron/core/connectors/connector.ts';
import { createSlackConnector } from '../../electron/core/connectors/slack/client.ts';
import { type StateStore, systemClock } from '../../electron/core/ports.ts';
import { createFaults, type Faults } from '../../electron/core/sandbox/faults.ts';
import { createSlackStandIn, type SlackStandIn } from '../../electron/core/sandbox/slack.ts';
import { startVendorServer } from '../../electron/core/sandbox/vendor-server.ts';
import { parseWorld } from '../../electron/core/sandbox/world.ts';
import type { Exchange } from './contract-check.ts';
import { createTestLog, credentials } from './stand-in-server.ts';
import { answerAt } from './vendor-address.ts';

/** A connector of Slack's and the stand-in that it is connected to. */

const world = parseWorld(
  {
    channels: { slack: ['C-ROUTING'] },
    people: [
      {
        email: 'emma.clarke@example.com',
        name: 'Emma Clarke',
        slack: 'U-EMMA',
        roles: ['requester'],
        active: true,
      },
      {
        email: 'mei.tanaka@example.com',
        name: 'Mei Tanaka',
        slack: 'U-MEI',
        roles: ['ops_manager'],
        active: true,
      },
      {
        email: 'left@example.com',
        name: 'Left Company',
        slack: 'U-LEFT',
        roles: ['requester'],
        active: false,
      },
    ],
  },
  'test',
);

export interface Bench {
  slack: SlackStandIn;
  faults: Faults;
  url: string;
  exchanges: Exchange[];
  connector: ChatConnector;
  /** What the connector handed on, in order; a handler may be put in front. */
  events: ChatEvent[];
  problems: (string | null)[];
  state: StateStore;
  listen(handler?: (event: ChatEvent) => Promise<void>, options?: Partial<ListenOptions>): Promise<void>;
  /** Stops the connector and puts one in its place that has the same state, as a new process would. */
  restart(): Promise<void>;
  called(method: string): number;
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function memoryState(): StateStore {
  const values = new Map<string, string>();
  return {
    get: async (name) => values.get(name) ?? null,
    set: async (name, value) => void values.set(name, value),
  };
}

export async function startBench(
  options: {
    ackMs?: number;
    limitFactor?: number;
    botToken?: string;
    channels?: readonly string[];
    /** Whether Slack is asked at its own address. */
    isAtVendor?: boolean;
  } = {},
): Promise<Bench> {
  const {
    ackMs = 150,
    limitFactor = Number.POSITIVE_INFINITY,
    botToken = 'xoxb-test',
    isAtVendor = false,
  } = options;
  const faults = createFaults();
  const log = createTestLog();
  const exchanges: Exchange[] = [];
  let slack: SlackStandIn | undefined;
  const server = await startVendorServer({
    system: 'slack',
    faults,
    clock: systemClock,
    log,
    timeoutHoldMs: 5_000,
    limitFactor,
    standIn: (baseUrl) => {
      slack = createSlackStandIn(
        { world, clock: systemClock, log, credentials, baseUrl: () => baseUrl, changed: () => {} },
        { ackMs },
      );
      return slack;
    },
    onUpgrade: (request, socket, head) => slack?.upgrade(request, socket, head),
    onExchange: (exchange) => exchanges.push(exchange),
    onSettled: () => {},
  });
  if (slack === undefined) throw new Error('The stand-in was not built');
  const standIn: SlackStandIn = slack;
  if (isAtVendor) answerAt({ 'https://slack.com': server.url });
  const state = memoryState();
  const connect = () =>
    createSlackConnector({
      botToken,
      appToken: 'xapp-test',
      ...(isAtVendor ? {} : { slackApiUrl: `${server.url}/api/` }),
      timeoutMs: 1_000,
      channels: options.channels ?? ['C-ROUTING'],
      state,
      log,
    });
  const events: ChatEvent[] = [];
  const problems: (string | null)[] = [];
  cleanups.push(async () => {
    await bench.connector.stop();
    await standIn.stop();
    await server.stop();
  });
  const bench: Bench = {
    slack: standIn,
    faults,
    url: server.url,
    exchanges,
    connector: connect(),
    events,
    problems,
    state,
    listen: (handler = async () => {}, listenOptions = {}) =>
      bench.connector.listen(
        async (event) => {
          await handler(event);
          events.push(event);
        },
        (problem) => problems.push(problem),
        {
          openThreads: async () => [],
          onHomeOpened: async () => {},
          onGroupsChanged: async () => {},
          ...listenOptions,
        },
      ),
    async restart() {
      await bench.connector.stop();
      bench.connector = connect();
    },
    called: (method) => exchanges.filter(({ request }) => request.url.pathname === `/api/${method}`).length,
  };
  return bench;
}

export const soon = { timeout: 4_000, interval: 5 };

export async function quiet({ slack }: Bench): Promise<void> {
  await vi.waitFor(() => expect(slack.isQuiet()).toBe(true), soon);
}

/** What the messages among the events say, each once: a redelivery is known by its id. */
export function textsOf(events: readonly ChatEvent[]): string[] {
  const texts = events.flatMap((event) =>
    event.kind === 'message' ? [[event.eventId, event.text] as const] : [],
  );
  return [...new Map(texts).values()];
}

export const card: DecisionCard = {
  requestId: 'REV-1048',
  version: 3,
  title: 'Priya Nair, Titan Industries',
  summary: ['Emma asks for Chiara & nobody else.'],
  fields: [
    { label: 'Owner', value: 'Ana Silva' },
    { label: 'Segment', value: '' },
  ],
  quotes: [
    {
      text: 'Strategic accounts\nneed approval.',
      from: 'Policy, version 7',
      url: 'https://wiki.example/p?a=1&b=2',
    },
  ],
  proposal: { owner: 'chiara.rossi@example.com', name: 'Chiara Rossi' },
  options: [
    { owner: 'chiara.rossi@example.com', name: 'Chiara Rossi', why: 'owns the account' },
    { owner: 'ana.silva@example.com', name: 'Ana Silva', why: 'owns the lead' },
  ],
};
