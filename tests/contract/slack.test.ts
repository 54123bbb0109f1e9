import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ChatConnector, ChatEvent, DecisionCard } from '../../electron/core/connectors/connector.ts';
import { createSlackConnector } from '../../electron/core/connectors/slack/client.ts';
import { type Log, type StateStore, systemClock } from '../../electron/core/ports.ts';
import { createFaults, type Faults } from '../../electron/core/sandbox/faults.ts';
import { createSlackStandIn, type SlackStandIn } from '../../electron/core/sandbox/slack.ts';
import { startVendorServer } from '../../electron/core/sandbox/vendor-server.ts';
import { parseWorld } from '../../electron/core/sandbox/world.ts';
import { type Exchange, loadContract } from './contract-check.ts';

const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};

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

const credentials = {
  slack: { botToken: 'xoxb-test', appToken: 'xapp-test' },
  salesforce: { clientId: '', clientSecret: '', accessToken: '' },
  hubspot: { accessToken: '' },
  confluence: { email: '', apiToken: '', bearerToken: '' },
  microsoft: { tenantId: '', clientId: '', clientSecret: '', refreshToken: '' },
};

function memoryState(): StateStore {
  const values = new Map<string, string>();
  return {
    get: async (name) => values.get(name) ?? null,
    set: async (name, value) => void values.set(name, value),
  };
}

interface Bench {
  slack: SlackStandIn;
  faults: Faults;
  url: string;
  exchanges: Exchange[];
  connector: ChatConnector;
  /** What the connector handed on, in order; a handler may be put in front. */
  events: ChatEvent[];
  problems: (string | null)[];
  listen(handler?: (event: ChatEvent) => Promise<void>): Promise<void>;
  called(method: string): number;
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startBench(
  options: { ackMs?: number; limitFactor?: number; botToken?: string } = {},
): Promise<Bench> {
  const { ackMs = 150, limitFactor = Number.POSITIVE_INFINITY, botToken = 'xoxb-test' } = options;
  const faults = createFaults();
  const exchanges: Exchange[] = [];
  let slack: SlackStandIn | undefined;
  const server = await startVendorServer({
    system: 'slack',
    faults,
    log: silent,
    timeoutHoldMs: 5_000,
    limitFactor,
    standIn: (baseUrl) => {
      slack = createSlackStandIn(
        { world, clock: systemClock, log: silent, credentials, baseUrl: () => baseUrl, changed: () => {} },
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
  const connector = createSlackConnector({
    botToken,
    appToken: 'xapp-test',
    slackApiUrl: `${server.url}/api/`,
    timeoutMs: 1_000,
    channels: ['C-ROUTING'],
    state: memoryState(),
    log: silent,
  });
  const events: ChatEvent[] = [];
  const problems: (string | null)[] = [];
  cleanups.push(async () => {
    await connector.stop();
    await standIn.stop();
    await server.stop();
  });
  return {
    slack: standIn,
    faults,
    url: server.url,
    exchanges,
    connector,
    events,
    problems,
    listen: (handler = async () => {}) =>
      connector.listen(
        async (event) => {
          await handler(event);
          events.push(event);
        },
        (problem) => problems.push(problem),
      ),
    called: (method) => exchanges.filter(({ request }) => request.url.pathname === `/api/${method}`).length,
  };
}

const soon = { timeout: 4_000, interval: 5 };

async function quiet({ slack }: Bench): Promise<void> {
  await vi.waitFor(() => expect(slack.isQuiet()).toBe(true), soon);
}

const card: DecisionCard = {
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

describe('listening', () => {
  it('hands on a message and a reply of a watched channel, and a direct message', async () => {
    const bench = await startBench();
    await bench.listen();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'A &lt;lead&gt;' });
    const reply = bench.slack.sendMessage({
      user: 'U-MEI',
      channel: 'C-ROUTING',
      text: 'Which one?',
      threadTs: ts,
    });
    const direct = bench.slack.sendMessage({
      user: 'U-EMMA',
      channel: bench.slack.directChannel('U-EMMA'),
      text: 'Hello',
    });
    await quiet(bench);
    const common = {
      kind: 'message',
      source: 'slack',
      channel: 'C-ROUTING',
      isDirect: false,
      isAddressed: true,
      thread: ts,
      files: [],
    };
    // Only within a thread is there an order.
    const timeOf = ({ eventId }: ChatEvent) => eventId.slice(eventId.indexOf(':'));
    const inOrder = bench.events.toSorted((one, other) => timeOf(one).localeCompare(timeOf(other)));
    expect(inOrder).toEqual([
      { ...common, eventId: `C-ROUTING:${ts}`, message: ts, user: 'U-EMMA', text: 'A &lt;lead&gt;' },
      { ...common, eventId: `C-ROUTING:${reply.ts}`, message: reply.ts, user: 'U-MEI', text: 'Which one?' },
      {
        ...common,
        eventId: `D-U-EMMA:${direct.ts}`,
        channel: 'D-U-EMMA',
        isDirect: true,
        thread: direct.ts,
        message: direct.ts,
        user: 'U-EMMA',
        text: 'Hello',
      },
    ]);
  });

  it('hands on what happened before it was connected', async () => {
    const bench = await startBench();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Early' });
    expect(bench.slack.isQuiet()).toBe(false);
    await bench.listen();
    await quiet(bench);
    expect(bench.events.map(({ eventId }) => eventId)).toEqual([`C-ROUTING:${ts}`]);
  });

  it('ignores its own posts, other channels, edits and messages of other bots', async () => {
    const bench = await startBench();
    await bench.listen();
    await bench.connector.post({
      to: { channel: 'C-ROUTING', thread: null },
      text: 'Mine',
      key: 'k',
      mayBeThere: false,
    });
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-RANDOM', text: 'Lunch?' });
    const event = { type: 'message', channel: 'C-ROUTING', ts: '1.000001', text: 'x' };
    await bench.slack.sendPayload({
      type: 'events_api',
      payload: { event: { ...event, subtype: 'message_changed', message: {} } },
    });
    await bench.slack.sendPayload({
      type: 'events_api',
      payload: { event: { ...event, user: 'U-OTHER', bot_id: 'B-OTHER' } },
    });
    await bench.slack.sendPayload({ type: 'events_api', payload: { event: { type: 'reaction_added' } } });
    await quiet(bench);
    expect({ events: bench.events, problems: bench.problems }).toEqual({ events: [], problems: [] });
  });

  it('gives both events of a mention, and each redelivery, the same id, also in a channel that is not watched', async () => {
    const bench = await startBench();
    await bench.listen();
    const { ts } = bench.slack.sendMessage({
      user: 'U-EMMA',
      channel: 'C-RANDOM',
      text: `<@${bench.slack.botUserId}> please`,
      eventId: 'Ev1',
      deliveries: 2,
    });
    const again = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-RANDOM', text: 'x', eventId: 'Ev1' });
    await quiet(bench);
    expect(again).toEqual({ ts, eventId: 'Ev1' });
    expect(bench.events.map(({ eventId }) => eventId)).toEqual(Array(6).fill(`C-RANDOM:${ts}`));
  });

  it('acknowledges only when the handler has resolved', async () => {
    const bench = await startBench({ ackMs: 5_000 });
    const stored = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await bench.listen(async () => {
      begun.resolve();
      await stored.promise;
    });
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Wait' });
    await begun.promise;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bench.slack.isQuiet()).toBe(false);
    stored.resolve();
    await quiet(bench);
  });

  it('gets an event again whose handler failed', async () => {
    const bench = await startBench({ ackMs: 60 });
    let failures = 2;
    await bench.listen(async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('The store is away');
    });
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Please' });
    await quiet(bench);
    expect({ failures, ids: bench.events.map(({ eventId }) => eventId) }).toEqual({
      failures: -1,
      ids: [`C-ROUTING:${ts}`],
    });
  });

  it('hands on the messages of one thread one after another, in Slack’s order', async () => {
    const bench = await startBench({ ackMs: 5_000 });
    const delaysMs = [60, 0];
    await bench.listen(async () => {
      await new Promise((resolve) => setTimeout(resolve, delaysMs.shift() ?? 0));
    });
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'First' });
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Second', threadTs: ts });
    await quiet(bench);
    expect(bench.events.map((event) => event.kind === 'message' && event.text)).toEqual(['First', 'Second']);
  });

  it('finishes and acknowledges what it is receiving when it is stopped', async () => {
    const bench = await startBench({ ackMs: 5_000 });
    const begun = Promise.withResolvers<void>();
    await bench.listen(async () => {
      begun.resolve();
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Last' });
    await begun.promise;
    await bench.connector.stop();
    await quiet(bench);
    expect(bench.events).toHaveLength(1);
  });
});

describe('unreadable input', () => {
  it('reports frames that are not JSON or of no known form, and goes on', async () => {
    const bench = await startBench();
    await bench.listen();
    const frames = [
      '<html>',
      'null',
      '{"envelope_id":"e-1"}',
      '{"type":"events_api","payload":{}}',
      '"text"',
    ];
    for (const frame of frames) bench.slack.sendRaw(frame);
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Still there?' });
    await quiet(bench);
    expect(bench.events).toHaveLength(1);
    expect(bench.problems).toEqual([
      'Slack sent something that is not JSON (6 characters). It was skipped.',
      'Slack sent a frame of an unknown form. It was skipped.',
      'Slack sent a frame of an unknown form. It was skipped.',
      'Slack sent a frame "events_api" without an envelope id. It was skipped.',
      'Slack sent a frame of an unknown form. It was skipped.',
    ]);
  });

  it('acknowledges payloads of an unknown form, so that they do not come again', async () => {
    const bench = await startBench();
    await bench.listen();
    const payloads = ['nonsense', null, { event: {} }, { event: { type: 'message', channel: 7 } }];
    for (const payload of payloads) await bench.slack.sendPayload({ type: 'events_api', payload });
    const press = { type: 'block_actions', user: { id: 'U-MEI' }, trigger_id: 't' };
    const action = { action_id: 'switchyard_approve', action_ts: '1', value: 'not JSON' };
    await bench.slack.sendPayload({ type: 'interactive', payload: { ...press, actions: [action] } });
    await bench.slack.sendPayload({ type: 'interactive', payload: { type: 'view_submission' } });
    await quiet(bench);
    expect(bench.problems).toHaveLength(6);
    expect(bench.problems[4]).toBe(
      "Slack sent a button's value of an unknown form: payload: is not JSON. It was skipped.",
    );
    expect(bench.events).toEqual([]);
  });

  it('hands on a message of 1 MB whole', async () => {
    const bench = await startBench({ ackMs: 2_000 });
    await bench.listen();
    const text = 'ä'.repeat(512 * 1024);
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text });
    await quiet(bench);
    expect(bench.events.map((event) => event.kind === 'message' && event.text === text)).toEqual([true]);
  });
});

describe('connecting', () => {
  it('connects again after the network broke and after Slack asks for it, and loses nothing', async () => {
    const bench = await startBench();
    await bench.listen();
    bench.slack.dropConnections();
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'After the break' });
    await quiet(bench);
    bench.slack.requestReconnect();
    await vi.waitFor(() => expect(bench.called('apps.connections.open')).toBe(3), soon);
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'After the restart' });
    await quiet(bench);
    expect(bench.events.map((event) => event.kind === 'message' && event.text)).toEqual([
      'After the break',
      'After the restart',
    ]);
  });

  it('gets an event again that it had not acknowledged when the connection broke', async () => {
    const bench = await startBench({ ackMs: 10_000 });
    let deliveries = 0;
    await bench.listen(async () => {
      deliveries += 1;
      if (deliveries > 1) return;
      bench.slack.dropConnections();
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'In between' });
    await quiet(bench);
    expect(deliveries).toBe(2);
  });

  it('goes on trying while Slack cannot be reached, also at the start', async () => {
    const bench = await startBench();
    bench.faults.arm('slack', 'http_503', 1);
    await bench.listen();
    expect(bench.slack.openConnections()).toBe(0);
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Patience' });
    await quiet(bench);
    bench.faults.arm('slack', 'http_503', 1);
    bench.faults.arm('slack', 'reset', 1);
    bench.slack.dropConnections();
    await vi.waitFor(() => expect(bench.slack.openConnections()).toBe(1), soon);
    expect(bench.events).toHaveLength(1);
  });

  it('rejects at once where Slack does not accept the tokens', async () => {
    const bench = await startBench({ botToken: 'xoxb-wrong' });
    await expect(bench.listen()).rejects.toMatchObject({
      code: 'vendor_auth',
      message: 'Slack does not accept the token. Install the Slack app again and enter its tokens anew.',
    });
  });

  it('shares the events with another socket of the app', async () => {
    const bench = await startBench({ ackMs: 10_000 });
    await bench.listen();
    const opened = await fetch(`${bench.url}/api/apps.connections.open`, {
      method: 'POST',
      headers: { authorization: 'Bearer xapp-test' },
    });
    const { url } = (await opened.json()) as { url: string };
    const other = new WebSocket(url);
    const received: string[] = [];
    other.on('message', (data) => received.push(JSON.parse(String(data)).type));
    await vi.waitFor(() => expect(received).toEqual(['hello']), soon);
    for (const text of ['one', 'two']) {
      bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text });
    }
    await vi.waitFor(() => expect(received).toEqual(['hello', 'events_api']), soon);
    expect(bench.events).toHaveLength(1);
    other.terminate();
    await quiet(bench);
    expect(bench.events).toHaveLength(2);
  });

  it('refuses a socket without a ticket', async () => {
    const bench = await startBench();
    const socket = new WebSocket(`${bench.url.replace('http', 'ws')}/link/?ticket=guessed`);
    const [error] = await new Promise<unknown[]>((resolve) => socket.on('error', (...args) => resolve(args)));
    expect(String(error)).toContain('401');
  });
});

describe('decisions', () => {
  async function escalate(bench: Bench, shown: DecisionCard = card) {
    const posted = await bench.connector.post({
      to: { user: 'U-MEI' },
      text: 'Please decide',
      card: shown,
      key: 'escalation',
      mayBeThere: false,
    });
    return { kind: 'action', source: 'slack', requestId: 'REV-1048', version: 3, user: 'U-MEI', ...posted };
  }
  const press = { user: 'U-MEI', requestId: 'REV-1048' };

  it('draws the card with its buttons', async () => {
    const bench = await startBench();
    await escalate(bench);
    const [message] = bench.slack.messages();
    const texts = message?.blocks.map((block) => JSON.stringify(block)) ?? [];
    expect(message?.directTo).toBe('U-MEI');
    expect(texts.map((text) => JSON.parse(text).type)).toEqual([
      'header',
      'section',
      'section',
      'section',
      'section',
      'actions',
    ]);
    expect(texts[1]).toContain('Emma asks for Chiara &amp; nobody else.');
    expect(texts[2]).toContain('*Segment*\\n–');
    expect(texts[3]).toContain(
      '> Strategic accounts need approval.\\n<https://wiki.example/p?a=1&amp;b=2|Policy, version 7>',
    );
    const { elements } = JSON.parse(texts[5] ?? '') as { elements: { text: { text: string } }[] };
    expect(elements.map(({ text }) => text.text)).toEqual([
      'Approve Chiara Rossi',
      'Choose another owner…',
      'Reject…',
      'Return…',
    ]);
  });

  it('takes the proposal by one press, without a form', async () => {
    const bench = await startBench();
    await bench.listen();
    const common = await escalate(bench);
    await expect(bench.slack.pressForRequest({ ...press, action: 'approve' })).resolves.toEqual({
      isSent: true,
    });
    expect(bench.events).toEqual([
      { ...common, action: 'approve', owner: null, note: null, eventId: expect.any(String) },
    ]);
    expect(bench.called('views.open')).toBe(0);
  });

  it('asks for another owner, a reason and a question in forms', async () => {
    const bench = await startBench();
    await bench.listen();
    const common = await escalate(bench);
    const decisions = [
      { action: 'approve', owner: 'ana.silva@example.com', note: 'She knows them.' },
      { action: 'approve', owner: 'somebody.else@example.com', note: null },
      { action: 'reject', owner: null, note: 'No.' },
      { action: 'return', owner: null, note: 'Which Priya?' },
    ] as const;
    for (const decision of decisions) {
      await expect(bench.slack.pressForRequest({ ...press, ...decision })).resolves.toEqual({ isSent: true });
    }
    expect(bench.events).toEqual(
      decisions.map((decision) => ({ ...common, ...decision, eventId: expect.stringMatching(/^view:/) })),
    );
    expect(new Set(bench.events.map(({ eventId }) => eventId)).size).toBe(4);
  });

  it('keeps a note on the proposal: the form has the proposed owner chosen', async () => {
    const bench = await startBench();
    await bench.listen();
    await escalate(bench);
    await bench.slack.pressForRequest({ ...press, action: 'approve', note: 'Go.' });
    expect(bench.events).toMatchObject([
      { action: 'approve', owner: 'chiara.rossi@example.com', note: 'Go.' },
    ]);
  });

  it('sends no approval without an owner, no wrong address and no empty reason, and says what is missing', async () => {
    const bench = await startBench();
    await bench.listen();
    await escalate(bench, { ...card, proposal: null, options: [] });
    const outcomes = [
      await bench.slack.pressForRequest({ ...press, action: 'approve' }),
      await bench.slack.pressForRequest({ ...press, action: 'approve', owner: 'chiara' }),
      await bench.slack.pressForRequest({ ...press, action: 'reject' }),
      await bench.slack.pressForRequest({ ...press, action: 'return', note: '  ' }),
    ];
    expect(outcomes).toEqual([
      { isSent: false, problems: ['Choose an owner, or enter an e-mail address.'] },
      { isSent: false, problems: ['This is not an e-mail address.'] },
      { isSent: false, problems: ['Reason: please complete this required field.'] },
      { isSent: false, problems: ['Enter a question.'] },
    ]);
    expect(bench.events).toEqual([]);
  });

  it('opens the form after Slack had failed to', async () => {
    const bench = await startBench({ ackMs: 50 });
    await bench.listen();
    await escalate(bench);
    bench.faults.arm('slack', 'http_503', 2);
    await bench.slack.pressForRequest({ ...press, action: 'reject', note: 'No.' });
    expect(bench.events).toMatchObject([{ action: 'reject', note: 'No.' }]);
  });

  it('gets a press again, with the same id, whose handler failed', async () => {
    const bench = await startBench({ ackMs: 50 });
    const seen: string[] = [];
    await bench.listen(async ({ eventId }) => {
      seen.push(eventId);
      if (seen.length === 1) throw new Error('The store is away');
    });
    await escalate(bench);
    await bench.slack.pressForRequest({ ...press, action: 'approve' });
    expect(seen).toEqual([seen[0], seen[0]]);
  });

  it('says so where there is nothing to press', async () => {
    const bench = await startBench();
    const { ts, channel } = {
      ...bench.slack.sendMessage({ user: 'U-MEI', channel: 'C-ROUTING', text: 'x' }),
      channel: 'C-ROUTING',
    };
    await expect(bench.slack.pressForRequest({ ...press, action: 'approve' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(
      bench.slack.pressButton({ user: 'U-MEI', channel, ts, action: 'approve' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('cuts a card of any size to what Slack takes', async () => {
    const bench = await startBench();
    await bench.listen();
    const long = '<&>'.repeat(5_000);
    const options = Array.from({ length: 150 }, (_, index) => ({
      owner: `owner.${index}@example.com`,
      name: long,
      why: long,
    }));
    await escalate(bench, {
      ...card,
      title: long,
      summary: Array(60).fill(long),
      fields: Array(25).fill({ label: long, value: long }),
      quotes: Array(30).fill({ text: long, from: long, url: `https://wiki.example/${long}` }),
      proposal: { owner: 'owner.0@example.com', name: long },
      options,
    });
    await bench.slack.pressForRequest({ ...press, action: 'approve', owner: 'owner.1@example.com' });
    expect(bench.slack.messages()[0]?.blocks).toHaveLength(50);
    expect(bench.events).toMatchObject([{ owner: 'owner.1@example.com' }]);
  });
});

describe('posting', () => {
  const inThread = (thread: string | null, mayBeThere: boolean, key = 'REV-1:reply') => ({
    to: { channel: 'C-ROUTING', thread },
    text: 'Ana <ana@example.com> & co',
    key,
    mayBeThere,
  });

  it('answers in the thread, escaped, under our key', async () => {
    const bench = await startBench();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Please' });
    const posted = await bench.connector.post(inThread(ts, false));
    expect(bench.slack.repliesTo(ts)).toEqual([
      {
        channel: posted.channel,
        ts: posted.message,
        threadTs: ts,
        user: bench.slack.botUserId,
        isBot: true,
        text: 'Ana &lt;ana@example.com&gt; &amp; co',
        blocks: [],
        key: 'REV-1:reply',
        directTo: null,
      },
    ]);
  });

  it('posts once where the answer to the first post was lost', async () => {
    const bench = await startBench();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Please' });
    bench.faults.arm('slack', 'write_then_reset', 1);
    await expect(bench.connector.post(inThread(ts, false))).rejects.toMatchObject({
      code: 'vendor_unreachable',
    });
    const found = await bench.connector.post(inThread(ts, true));
    expect(bench.slack.repliesTo(ts).map((message) => message.ts)).toEqual([found.message]);
    await bench.connector.post(inThread(ts, true, 'REV-1:outcome'));
    expect(bench.slack.repliesTo(ts)).toHaveLength(2);
  });

  it('finds a lost post at the end of a thread of several pages, in a channel and in a direct message', async () => {
    const bench = await startBench();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Please' });
    for (let count = 0; count < 450; count += 1) {
      bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'And?', threadTs: ts });
    }
    const messages = [
      inThread(ts, false),
      inThread(null, false),
      { ...inThread(null, false), to: { user: 'U-MEI' } },
    ];
    for (const message of messages) {
      const posted = await bench.connector.post(message);
      expect(await bench.connector.post({ ...message, mayBeThere: true })).toEqual(posted);
    }
    expect(bench.called('chat.postMessage')).toBe(3);
    expect(bench.called('conversations.replies')).toBe(3);
  });

  it('says how long Slack asks to wait, where Slack does', async () => {
    const bench = await startBench({ limitFactor: 1 });
    await bench.connector.post(inThread(null, false));
    await expect(bench.connector.post(inThread(null, false))).rejects.toMatchObject({
      code: 'vendor_busy',
      retryAfterMs: 1_000,
    });
    bench.faults.arm('slack', 'http_429', 2);
    const waits = [];
    for (let count = 0; count < 2; count += 1) {
      const error = await bench.connector.findUser('U-EMMA').catch((thrown: unknown) => thrown);
      waits.push(error);
    }
    expect(waits).toMatchObject([
      { code: 'vendor_busy', retryAfterMs: 1_000 },
      { code: 'vendor_busy', retryAfterMs: undefined },
    ]);
  });

  it('says in plain words what Slack refuses, and tries nothing twice', async () => {
    const bench = await startBench();
    const post = (to: { channel: string; thread: string | null } | { user: string }) =>
      bench.connector.post({ to, text: 'x', key: 'k', mayBeThere: false }).catch((thrown: unknown) => thrown);
    expect([
      await post({ channel: 'C-NOWHERE', thread: null }),
      await post({ channel: 'C-ROUTING', thread: '1.000001' }),
      await post({ user: 'U-NOBODY' }),
      await post({ user: 'U-LEFT' }),
    ]).toMatchObject([
      { code: 'vendor_refused', message: expect.stringContaining('invite the app to it') },
      { code: 'vendor_refused', message: expect.stringContaining('thread is not there') },
      { code: 'vendor_refused', message: expect.stringContaining('no such user') },
      { code: 'vendor_refused', message: expect.stringContaining('deactivated') },
    ]);
    for (const kind of ['http_503', 'reset', 'timeout'] as const) {
      bench.faults.arm('slack', kind, 1);
      expect(await post({ channel: 'C-ROUTING', thread: null })).toMatchObject({
        code: 'vendor_unreachable',
      });
      expect(bench.faults.armed()).toEqual([]);
    }
    expect(bench.slack.messages()).toEqual([]);
  });

  it('stops a call when it is cancelled', async () => {
    const bench = await startBench();
    bench.faults.arm('slack', 'timeout', 1);
    const cancelling = new AbortController();
    const call = bench.connector.findUser('U-EMMA', { signal: cancelling.signal });
    setTimeout(() => cancelling.abort(), 20);
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('people', () => {
  it('finds people by id and by e-mail, and nobody without an error', async () => {
    const { connector } = await startBench();
    const emma = { id: 'U-EMMA', email: 'emma.clarke@example.com', name: 'Emma Clarke', isActive: true };
    expect([
      await connector.findUser('U-EMMA'),
      await connector.findUser('U-LEFT'),
      await connector.findUser('U-NOBODY'),
      await connector.findUserByEmail('Emma.Clarke@example.com'),
      await connector.findUserByEmail('nobody@example.com'),
    ]).toEqual([
      emma,
      { id: 'U-LEFT', email: 'left@example.com', name: 'Left Company', isActive: false },
      null,
      emma,
      null,
    ]);
  });
});

describe('the stand-in', () => {
  it('answers as Slack does: JSON bodies, wrong tokens, unknown methods, broken JSON', async () => {
    const { url } = await startBench();
    const call = async (method: string, token: string, body: string) => {
      const response = await fetch(`${url}/api/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
        body,
      });
      const { ok, error } = (await response.json()) as { ok: boolean; error?: string };
      return { status: response.status, ok, error };
    };
    expect([
      await call('conversations.info', 'xoxb-test', '{"channel":"C-ROUTING"}'),
      await call('conversations.info', 'xoxb-test', '{'),
      await call('conversations.info', 'xoxb-test', '{}'),
      await call('auth.test', 'xoxb-other', '{}'),
      await call('apps.connections.open', 'xoxb-test', '{}'),
      await call('chat.sing', 'xoxb-test', '{}'),
    ]).toEqual([
      { status: 200, ok: true, error: undefined },
      { status: 200, ok: false, error: 'invalid_json' },
      { status: 200, ok: false, error: 'invalid_arguments' },
      { status: 200, ok: false, error: 'invalid_auth' },
      { status: 200, ok: false, error: 'not_allowed_token_type' },
      { status: 200, ok: false, error: 'unknown_method' },
    ]);
  });
});

const contract = await loadContract('slack', { apiRoot: '/api' });

describe.skipIf(contract === null)('Slack contract', () => {
  it('takes every request that the connector makes, and has every reply of the stand-in', async () => {
    const bench = await startBench();
    await bench.listen();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Please' });
    const message = { text: 'Done', key: 'k', mayBeThere: true };
    await bench.connector.post({ ...message, to: { channel: 'C-ROUTING', thread: ts } });
    await bench.connector.post({ ...message, to: { channel: 'C-ROUTING', thread: ts } });
    await bench.connector.post({ ...message, to: { user: 'U-MEI' }, card });
    await bench.connector.post({ ...message, to: { user: 'U-MEI' } });
    await bench.slack.pressForRequest({
      user: 'U-MEI',
      requestId: 'REV-1048',
      action: 'reject',
      note: 'No.',
    });
    await bench.connector.findUser('U-EMMA');
    await bench.connector.findUser('U-NOBODY');
    await bench.connector.findUserByEmail('emma.clarke@example.com');
    const verdicts = bench.exchanges.map((exchange) => contract?.check(exchange));
    expect(verdicts.flatMap((verdict) => verdict?.problems ?? ['not checked'])).toEqual([]);
    const exercised = new Set(
      bench.exchanges.map(({ request }) => request.url.pathname.slice('/api/'.length)),
    );
    expect([...exercised].toSorted()).toEqual(methodsInSource());
  });

  it('has the replies that only the stand-in’s other methods give', async () => {
    const bench = await startBench();
    const posted = await bench.connector.post({
      to: { channel: 'C-ROUTING', thread: null },
      text: 'First',
      key: 'k',
      mayBeThere: false,
    });
    const call = (method: string, form: Record<string, string>) =>
      fetch(`${bench.url}/api/${method}`, {
        method: 'POST',
        headers: { authorization: 'Bearer xoxb-test' },
        body: new URLSearchParams(form),
      });
    await call('chat.update', { channel: 'C-ROUTING', ts: posted.message, text: 'Second' });
    await call('conversations.info', { channel: 'C-ROUTING' });
    await call('conversations.info', { channel: bench.slack.directChannel('U-MEI') });
    expect(bench.exchanges.flatMap((exchange) => contract?.check(exchange).problems ?? [])).toEqual([]);
    expect(bench.slack.messages().map(({ text, key }) => ({ text, key }))).toEqual([
      { text: 'Second', key: 'k' },
    ]);
  });
});

/** The Web API methods that the connector's source calls, and the one that the SDK's socket client calls itself. */
function methodsInSource(): string[] {
  const source = readFileSync(
    new URL('../../electron/core/connectors/slack/client.ts', import.meta.url),
    'utf8',
  );
  const called = [...source.matchAll(/client\.([a-z]+\.[a-zA-Z]+)\(/g)].map(([, method]) => method ?? '');
  return [...new Set([...called, 'apps.connections.open'])].toSorted();
}
