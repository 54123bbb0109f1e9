import { describe, expect, onTestFinished, test } from 'vitest';
import type { ChatConnector, ChatEvent, ChatMessageEvent } from '../../electron/core/connectors/connector.ts';
import { createTeamsConnector, teamsSignIn } from '../../electron/core/connectors/teams/client.ts';
import { referenceOf } from '../../electron/core/connectors/teams/reference.ts';
import type { StandInReply, StandInRequest } from '../../electron/core/sandbox/stand-in.ts';
import { createTeamsStandIn } from '../../electron/core/sandbox/teams.ts';
import type { DecisionCard } from '../../shared/model/decision-card.ts';
import { type Exchange, loadContract, type Verdict } from './contract-check.ts';
import { createTestLog, credentials, serveStandIn, stoppedClock } from './stand-in-server.ts';

const channel = '19:routing@thread.tacv2';
const world = {
  channels: { teams: [channel] },
  people: [
    { email: 'emma@example.com', name: 'Emma Clarke', teams: 't-emma', roles: ['requester'], active: true },
    { email: "o'neil@example.com", name: "Pat O'Neil", teams: 't-pat', roles: ['approver'], active: true },
    { email: 'left@example.com', name: 'Left Company', teams: 't-left', roles: [], active: false },
  ],
};
const card: DecisionCard = {
  requestId: 'REV-1',
  version: 2,
  title: 'REV-1: Jonas Weber',
  summary: ['Emma asked: “Please [fix](https://evil.example) it”'],
  fields: [{ label: 'Priority', value: 'High' }],
  quotes: [{ text: 'A strategic account', from: 'Policy, version 7', url: 'https://wiki.example/p' }],
  proposal: { owner: 'ana@example.com', name: 'Ana Silva' },
  options: [{ owner: 'ben@example.com', name: 'Ben Osei', why: 'the present owner' }],
};

interface Kept {
  state: Map<string, string>;
  tokens: string | null;
}

async function serve() {
  const server = await serveStandIn({ system: 'teams', world, create: createTeamsStandIn });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}
type Server = Awaited<ReturnType<typeof serve>>;

/** A connector as after a start of the program, with what an earlier one kept. */
function connect(
  server: Server,
  options: { kept?: Kept; refreshToken?: string | null; timeoutMs?: number; now?: Date } = {},
) {
  const kept = options.kept ?? { state: new Map(), tokens: null };
  const log = createTestLog();
  const { refreshToken = credentials.microsoft.refreshToken, timeoutMs = 2_000 } = options;
  const tokens = {
    read: async () => kept.tokens,
    write: async (text: string) => {
      kept.tokens = text;
    },
  };
  const entra = { ...credentials.microsoft, refreshToken, tokens, loginUrl: server.url, timeoutMs, log };
  const connector = createTeamsConnector({
    ...entra,
    graphUrl: server.url,
    channels: [{ team: 'sandbox-team', channel }],
    state: {
      get: async (name) => kept.state.get(name) ?? null,
      set: async (name, value) => void kept.state.set(name, value),
    },
    pace: { shortestMs: 5, longestMs: 5 },
    clock: { now: () => options.now ?? stoppedClock.now() },
  });
  const events: ChatMessageEvent[] = [];
  const problems: (string | null)[] = [];
  const listen = async (handler: (event: ChatEvent) => Promise<void> = async () => undefined) => {
    onTestFinished(() => connector.stop());
    await connector.listen(
      async (event) => {
        await handler(event);
        if (event.kind === 'message') events.push(event);
      },
      (problem) => problems.push(problem),
    );
  };
  /** Each message once, as intake takes them in. */
  const texts = () => [...new Map(events.map(({ eventId, text }) => [eventId, text])).values()];
  return { connector, events, texts, problems, listen, kept, log, signIn: teamsSignIn(entra) };
}

async function setUp(options: Parameters<typeof connect>[1] = {}) {
  const server = await serve();
  return { server, ...server, ...connect(server, options) };
}

const until = (check: () => void) => expect.poll(check, { timeout: 4_000, interval: 5 });
const quiet = (server: Server) => until(() => server.standIn.isQuiet()).toBe(true);
const ours = (server: Server) => server.standIn.messages().filter(({ isOurs }) => isOurs);
const isPost = ({ method, url }: StandInRequest) => method === 'POST' && url.pathname.endsWith('/replies');
const isDelta = ({ url }: StandInRequest) => url.pathname.endsWith('/delta');
const isToken = ({ url }: StandInRequest) => url.pathname.endsWith('/token');

const contract = await loadContract('graph', { apiRoot: '/v1.0' });

/**
 * What the contract leaves out of Graph: replies in a delta query (chatmessage-delta), and what stands in links that
 * Graph itself has built.
 */
function check({ request, reply }: Exchange): Verdict | undefined {
  const url = new URL(request.url);
  const isBuilt = url.searchParams.has('$deltatoken') || url.searchParams.has('$skiptoken');
  if (isBuilt) url.search = '';
  if (url.pathname.endsWith('/delta')) url.searchParams.delete('$expand');
  return contract?.check({ request: { ...request, url }, reply });
}

describe.skipIf(contract === null)('Teams contract', () => {
  test('every method of the connector asks what Graph takes, and the stand-in answers as it does', async () => {
    const { server, connector, listen, standIn, exchanges } = await setUp();
    const { id: thread } = standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    standIn.sendMessage({ user: 't-emma', channel: standIn.directChat('t-emma'), text: 'Hello' });
    const text = 'Done';
    const inThread = { to: { channel, thread }, text, key: 'REV-1:1:requester' };
    const calls: Record<string, () => Promise<unknown>> = {
      'post in a thread': () => connector.post({ ...inThread, mayBeThere: false }),
      'post in a thread again': () => connector.post({ ...inThread, mayBeThere: true }),
      'post a card to a person': () =>
        connector.post({ to: { user: 't-pat' }, text, card, key: 'REV-1:1:decide:pat', mayBeThere: true }),
      'post in a channel': () =>
        connector.post({ to: { channel, thread: null }, text, key: 'REV-1:2:channel', mayBeThere: true }),
      findUser: () => connector.findUser('t-emma'),
      findUserByEmail: () => connector.findUserByEmail('emma@example.com'),
      // Last, because it goes on asking until it is stopped.
      listen: async () => {
        await listen();
        await quiet(server);
        await connector.stop();
      },
    } satisfies Record<Exclude<keyof ChatConnector, 'system' | 'stop' | 'post'>, unknown> &
      Record<string, unknown>;
    const made: Record<string, Exchange[]> = {};
    for (const [method, call] of Object.entries(calls)) {
      const from = exchanges.length;
      await call();
      made[method] = exchanges.slice(from).filter(({ request }) => request.url.pathname.startsWith('/v1.0/'));
    }
    const operations: Record<string, (string | null)[]> = {};
    const problems: string[] = [];
    for (const [method, calledFor] of Object.entries(made)) {
      const verdicts = calledFor.map(check);
      operations[method] = [...new Set(verdicts.map((verdict) => verdict?.operationId ?? null))].sort();
      problems.push(...verdicts.flatMap((verdict) => verdict?.problems ?? []));
    }
    expect(problems).toEqual([]);
    expect(operations).toEqual({
      listen: ['chat_ListChat', 'chat_ListMessage', 'team.channel.message_delta'],
      'post in a thread': ['team.channel.message_CreateReply'],
      'post in a thread again': ['team.channel.message_ListReply'],
      'post a card to a person': ['chat_CreateChat', 'chat_CreateMessage', 'chat_ListMessage'],
      'post in a channel': ['team.channel_CreateMessage', 'team.channel_ListMessage'],
      findUser: ['user_GetUser'],
      findUserByEmail: ['user_ListUser'],
    });
  });
});

describe('Teams connector: listening', () => {
  test('a message in a watched channel is handed on, in words and with its files', async () => {
    const { events, listen, standIn } = await setUp();
    await listen();
    const text = 'Give <at>t-pat</at> the lead\nR&D <b>, <at>t-switchyard</at>';
    const { id } = standIn.sendMessage({ user: 't-emma', channel, text, subject: 'Wrong owner' });
    await until(() => events.length).toBe(1);
    expect(events).toEqual([
      {
        kind: 'message',
        source: 'teams',
        eventId: `${channel}:${id}`,
        channel,
        isDirect: false,
        isAddressed: true,
        thread: id,
        message: id,
        user: 't-emma',
        text: "Wrong owner\nGive Pat O'Neil the lead\nR&D <b>,",
        files: [],
      },
    ]);
  });

  test('replies belong to their thread, and follow what they answer', async () => {
    const { events, texts, listen, standIn } = await setUp();
    const { id } = standIn.sendMessage({ user: 't-emma', channel, text: '1' });
    for (const text of ['2', '3']) standIn.sendMessage({ user: 't-pat', channel, text, thread: id });
    await listen();
    expect(texts()).toEqual(['1', '2', '3']);
    expect(new Set(events.map(({ thread }) => thread))).toEqual(new Set([id]));
  });

  test('a long thread and a long backlog are read to their ends', async () => {
    const { texts, listen, standIn } = await setUp();
    const written = Array.from({ length: 130 }, (_, index) => `root ${index}`);
    const roots = written.map((text) => standIn.sendMessage({ user: 't-emma', channel, text }).id);
    const replies = Array.from({ length: 70 }, (_, index) => `reply ${index}`);
    for (const text of replies)
      standIn.sendMessage({ user: 't-pat', channel, text, thread: roots[0] ?? null });
    await listen();
    expect(texts().toSorted()).toEqual([...written, ...replies].toSorted());
    expect(texts().filter((text) => text.startsWith('reply'))).toEqual(replies);
  });

  test('ten thousand messages, a tenth told again, with two restarts between: each is handed on, and none missing', async () => {
    const server = await serve();
    const kept: Kept = { state: new Map(), tokens: null };
    const seen = new Map<string, number>();
    const written: string[] = [];
    for (const part of [0, 1, 2]) {
      const { connector, listen } = connect(server, { kept, timeoutMs: 20_000 });
      await listen(async (event) => {
        seen.set(event.eventId, (seen.get(event.eventId) ?? 0) + 1);
      });
      for (let index = 0; index < 3_334; index += 1) {
        const { id } = server.standIn.sendMessage({
          user: 't-emma',
          channel,
          text: `${part} ${index}`,
          deliveries: index % 10 === 0 ? 2 : 1,
        });
        written.push(`${channel}:${id}`);
      }
      if (part < 2) await new Promise((resolve) => setTimeout(resolve, 50));
      else await expect.poll(() => server.standIn.isQuiet(), { timeout: 50_000 }).toBe(true);
      await connector.stop();
    }
    expect([...seen.keys()].toSorted()).toEqual(written.toSorted());
  }, 60_000);

  test('a direct message is handed on, and an answer to one of ours belongs to it', async () => {
    const { server, events, texts, listen, connector, standIn } = await setUp();
    await listen();
    const posted = await connector.post({
      to: { user: 't-emma' },
      text: 'Which lead?',
      key: 'REV-1:1:requester',
      mayBeThere: false,
    });
    standIn.sendMessage({ user: 't-emma', channel: posted.channel, text: 'Good morning' });
    standIn.sendMessage({
      user: 't-emma',
      channel: posted.channel,
      text: 'This one',
      thread: posted.message,
    });
    await quiet(server);
    expect(texts()).toEqual(['Good morning', 'This one']);
    expect(events.at(-1)).toMatchObject({ isDirect: true, isAddressed: true, thread: posted.message });
  });

  test('what we wrote, what is deleted and what was there before us is not handed on', async () => {
    const server = await serve();
    const { standIn } = server;
    const kept: Kept = { state: new Map(), tokens: null };
    const first = connect(server, { kept });
    await first.listen();
    const { id } = standIn.sendMessage({ user: 't-emma', channel, text: 'kept' });
    await first.connector.post({
      to: { channel, thread: id },
      text: 'Ours',
      key: 'REV-1:1:x',
      mayBeThere: false,
    });
    const gone = standIn.sendMessage({ user: 't-emma', channel, text: 'deleted' });
    standIn.touch(gone.id, { isDeleted: true });
    await quiet(server);
    expect(first.texts()).not.toContain('Ours');
    await first.connector.stop();
    // Somebody reacts to it after another desk has begun to listen.
    const later = connect(server, { now: new Date('2026-05-20T09:00:00Z') });
    await later.listen();
    standIn.touch(id);
    standIn.sendMessage({ user: 't-emma', channel: standIn.directChat('t-emma'), text: 'old, by its time' });
    const from = server.exchanges.length;
    await until(
      () => server.exchanges.slice(from).filter(({ request }) => isDelta(request)).length,
    ).toBeGreaterThan(2);
    expect(later.events).toEqual([]);
  });

  test('a restart goes on where the last one stopped, and tells nothing anew', async () => {
    const server = await serve();
    const first = connect(server);
    await first.listen();
    server.standIn.sendMessage({ user: 't-emma', channel, text: 'before' });
    await quiet(server);
    await first.connector.stop();
    server.standIn.sendMessage({ user: 't-emma', channel, text: 'between' });
    const second = connect(server, { kept: first.kept });
    await second.listen();
    server.standIn.sendMessage({ user: 't-emma', channel, text: 'after' });
    await quiet(server);
    expect([first.texts(), second.texts()]).toEqual([['before'], ['between', 'after']]);
  });

  test('a token that has expired loses nothing', async () => {
    const server = await serve();
    const first = connect(server);
    await first.listen();
    server.standIn.sendMessage({ user: 't-emma', channel, text: 'before' });
    await quiet(server);
    await first.connector.stop();
    server.standIn.sendMessage({ user: 't-emma', channel, text: 'between' });
    server.standIn.expireDelta();
    const second = connect(server, { kept: first.kept });
    await second.listen();
    await quiet(server);
    expect(second.texts()).toContain('between');
    // What is told twice is known by its id.
    expect(second.events.map(({ eventId }) => eventId)).toContain(first.events[0]?.eventId);
    expect(second.problems).toEqual([]);
  });

  test('a message that could not be stored comes again', async () => {
    const { server, events, listen, standIn } = await setUp();
    let failures = 2;
    await listen(async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('The store is away');
    });
    standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    await quiet(server);
    expect(events).toHaveLength(1);
  });

  test('a message of an unknown form is skipped and told, and the others are read', async () => {
    const { server, texts, problems, listen, standIn, answerNext } = await setUp();
    const begin = `/v1.0/teams/sandbox-team/channels/${encodeURIComponent(channel)}/messages/delta`;
    const body = { value: [{ id: 7 }], '@odata.deltaLink': `https://graph.microsoft.com${begin}` };
    answerNext({ status: 200, body }, isDelta);
    await listen();
    standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    await quiet(server);
    expect(texts()).toEqual(['Hello']);
    expect(problems[0]).toContain('unknown form');
  });

  test.each<[string, StandInReply]>([
    ['403', { status: 403, body: { error: { code: 'Forbidden', message: 'Missing role permissions' } } }],
    ['404', { status: 404, body: { error: { code: 'NotFound', message: 'No such channel' } } }],
    ['429 with seconds', { status: 429, headers: { 'retry-after': '0' }, body: {} }],
    ['429 with a fraction', { status: 429, headers: { 'retry-after': '0.05' }, body: {} }],
    ['429 with a date', { status: 429, headers: { 'retry-after': new Date(0).toUTCString() }, body: {} }],
    ['429 without a time', { status: 429, body: {} }],
    ['500', { status: 500, body: { error: { code: 'generalException', message: '' } } }],
    ['503', { status: 503, body: 'away' }],
    ['a web page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }],
    ['half an answer', { status: 200, body: '{"value":[' }],
    ['an answer without its end', { status: 200, body: { value: [] } }],
    [
      'a page that points to itself',
      { status: 200, body: { value: [], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/loop' } },
    ],
  ])('%s is told, and what comes after is read', async (_, reply) => {
    const { server, texts, problems, listen, standIn, answerNext } = await setUp();
    const isLoop = ({ url }: StandInRequest) => url.pathname.endsWith('/loop');
    answerNext(reply, isDelta);
    answerNext(reply, isLoop);
    await listen();
    standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    await quiet(server);
    expect(texts()).toEqual(['Hello']);
    expect(problems).toEqual([expect.any(String), null]);
  });

  test.each(['timeout', 'reset', 'http_503', 'http_429'] as const)(
    "the sandbox's %s passes",
    async (kind) => {
      const { server, texts, listen, standIn, faults } = await setUp({ timeoutMs: 200 });
      faults.arm('teams', kind, 3);
      await listen();
      standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
      await quiet(server);
      expect(texts()).toEqual(['Hello']);
    },
  );
});

describe('Teams connector: posting', () => {
  const message = { text: 'Done & <dusted>\n\nNext', key: 'REV-1:1:requester' };

  async function withThread(options: Parameters<typeof setUp>[0] = {}) {
    const all = await setUp(options);
    const { id } = all.standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    const post = (mayBeThere: boolean) =>
      all.connector.post({ ...message, to: { channel, thread: id }, mayBeThere });
    return { ...all, id, post };
  }

  test('an answer stands in its thread, as it was meant, with its reference', async () => {
    const { server, id, post } = await withThread();
    const posted = await post(false);
    expect(ours(server)).toEqual([
      expect.objectContaining({
        id: posted.message,
        channel,
        thread: id,
        html: `<p>Done &amp; &lt;dusted&gt;</p><p>Next</p><p>${referenceOf(message.key)}</p>`,
      }),
    ]);
  });

  test('a message whose answer was lost is found again, in a thread and in a chat', async () => {
    const { server, post, connector, faults } = await withThread();
    const direct = { ...message, to: { user: 't-pat' } };
    faults.arm('teams', 'write_then_reset', 1);
    await expect(post(false)).rejects.toMatchObject({ code: 'vendor_unreachable' });
    await post(true);
    faults.arm('teams', 'write_then_reset', 1);
    await expect(connector.post({ ...direct, mayBeThere: false })).rejects.toMatchObject({
      code: 'vendor_unreachable',
    });
    await connector.post({ ...direct, mayBeThere: true });
    expect(ours(server).map(({ directTo }) => directTo)).toEqual([null, 't-pat']);
  });

  test('a decision is a card, in which nobody else’s words become links', async () => {
    const { server, connector } = await setUp();
    await connector.post({ ...message, to: { user: 't-pat' }, card, mayBeThere: false });
    const [shown] = ours(server);
    expect(shown?.card).toContain('approve: e-mail');
    expect(shown?.card).not.toContain('"TextBlock"');
    expect(JSON.parse(shown?.card ?? '{}')).toMatchObject({ type: 'AdaptiveCard' });
  });

  test('where the organisation allows no cards, it is written out', async () => {
    const { server, connector, standIn } = await setUp();
    standIn.refuseCards();
    await connector.post({ ...message, to: { user: 't-pat' }, card, mayBeThere: false });
    const [shown] = ours(server);
    expect(shown?.card).toBeNull();
    for (const part of [
      card.title,
      'A strategic account',
      'Ben Osei',
      'approve: e-mail',
      referenceOf(message.key),
    ]) {
      expect(shown?.html).toContain(part);
    }
  });

  test('the largest card and the longest text fit', async () => {
    const { server, connector } = await setUp();
    const long = 'word & '.repeat(20_000);
    const largest = {
      ...card,
      summary: [long, long],
      quotes: Array.from({ length: 20 }, () => ({ text: long, from: long, url: null })),
      options: Array.from({ length: 50 }, () => ({ owner: 'a@example.com', name: 'A', why: long })),
      fields: Array.from({ length: 12 }, () => ({ label: 'Label', value: long })),
    };
    await connector.post({ ...message, text: long, to: { user: 't-pat' }, mayBeThere: false });
    await connector.post({ ...message, to: { user: 't-pat' }, card: largest, mayBeThere: false });
    expect(ours(server)).toHaveLength(2);
  });

  test.each<[string, StandInReply, object]>([
    [
      '403',
      { status: 403, body: { error: { code: 'Forbidden', message: 'Not a member' } } },
      { code: 'vendor_refused', message: expect.stringContaining('Not a member') },
    ],
    [
      '404',
      { status: 404, body: { error: { code: 'NotFound', message: 'Gone' } } },
      { code: 'vendor_refused' },
    ],
    [
      '409',
      { status: 409, body: { error: { code: 'Conflict', message: 'Conflict' } } },
      { code: 'vendor_refused' },
    ],
    [
      '412',
      { status: 412, body: { error: { code: 'PreconditionFailed', message: 'No' } } },
      { code: 'vendor_refused' },
    ],
    [
      '429 with seconds',
      { status: 429, headers: { 'retry-after': '3' }, body: {} },
      { code: 'vendor_busy', retryAfterMs: 3_000 },
    ],
    [
      '429 with a fraction',
      { status: 429, headers: { 'retry-after': '1.5' }, body: {} },
      { code: 'vendor_busy', retryAfterMs: 1_500 },
    ],
    [
      '429 with a date',
      { status: 429, headers: { 'retry-after': new Date(0).toUTCString() }, body: {} },
      { code: 'vendor_busy', retryAfterMs: 0 },
    ],
    ['429 without a time', { status: 429, body: {} }, { code: 'vendor_busy', retryAfterMs: undefined }],
    ['500', { status: 500, body: {} }, { code: 'vendor_unreachable' }],
    [
      '503 with a time',
      { status: 503, headers: { 'retry-after': '2' }, body: 'away' },
      { code: 'vendor_unreachable', retryAfterMs: 2_000 },
    ],
    [
      'a web page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
      { code: 'vendor_garbled' },
    ],
    ['a refusal that is none of Graph’s', { status: 404, body: '<html></html>' }, { code: 'vendor_garbled' }],
  ])('%s is told and not tried again', async (_, reply, error) => {
    const { post, answerNext, exchanges } = await withThread();
    answerNext(reply, isPost);
    await expect(post(false)).rejects.toMatchObject(error);
    expect(exchanges.filter(({ request }) => isPost(request))).toHaveLength(1);
  });

  test('a call that is cancelled ends at once', async () => {
    const { connector, faults, id } = await withThread({ timeoutMs: 5_000 });
    faults.arm('teams', 'timeout', 1);
    const call = connector.post(
      { ...message, to: { channel, thread: id }, mayBeThere: false },
      { signal: AbortSignal.timeout(20) },
    );
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('Teams connector: people', () => {
  test('are found by id and by e-mail, and nobody is no error', async () => {
    const { connector } = await setUp();
    const pat = { id: 't-pat', email: "o'neil@example.com", name: "Pat O'Neil", isActive: true };
    expect(await connector.findUser('t-pat')).toEqual(pat);
    expect(await connector.findUserByEmail("O'Neil@example.com")).toEqual(pat);
    expect(await connector.findUser('t-left')).toMatchObject({ isActive: false });
    expect(await connector.findUser('t-none')).toBeNull();
    expect(await connector.findUserByEmail('none@example.com')).toBeNull();
  });
});

describe('Microsoft sign-in', () => {
  test('tokens that were refused are renewed, for reading and for posting, and the call goes on', async () => {
    const { server, connector, standIn } = await setUp();
    await connector.findUser('t-emma');
    await connector.post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false });
    standIn.signIn.expireTokens();
    expect(await connector.findUser('t-emma')).toMatchObject({ id: 't-emma' });
    await connector.post({ to: { user: 't-emma' }, text: '2', key: 'REV-1:1:b', mayBeThere: false });
    expect(ours(server)).toHaveLength(2);
  });

  test('an account that must sign in again is told so; the channels are read all the same', async () => {
    const { server, connector, problems, texts, listen, standIn } = await setUp();
    await connector.post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false });
    standIn.signIn.revokeAccount();
    await expect(
      connector.post({ to: { user: 't-emma' }, text: '2', key: 'REV-1:1:b', mayBeThere: false }),
    ).rejects.toMatchObject({ code: 'vendor_auth', message: expect.stringContaining('Sign in again') });
    await listen();
    standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    await quiet(server);
    expect(texts()).toEqual(['Hello']);
    expect(problems).toContainEqual(expect.stringContaining('Sign in again'));
  });

  test('where nobody is signed in, posting says what to do', async () => {
    const { connector } = await setUp({ refreshToken: null });
    const posting = connector.post({
      to: { user: 't-emma' },
      text: '1',
      key: 'REV-1:1:a',
      mayBeThere: false,
    });
    await expect(posting).rejects.toMatchObject({
      code: 'vendor_auth',
      message: expect.stringContaining('an app alone may not write'),
    });
  });

  test('a sign-in by code waits until the code was entered, and is kept', async () => {
    const { server, signIn, standIn, kept } = await setUp({ refreshToken: null });
    const account = { id: standIn.accountId, email: 'switchyard@sandbox.example' };
    expect(await signIn.signInByCode(({ code }) => standIn.signIn.enterCode(code))).toEqual(account);
    const next = connect(server, { kept, refreshToken: null });
    expect(await next.signIn.account()).toEqual(account);
    await next.connector.post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false });
    expect(ours(server)).toHaveLength(1);
  });

  test('a sign-in by code that is given up ends', async () => {
    const { signIn } = await setUp({ refreshToken: null });
    const stopping = new AbortController();
    const signingIn = signIn.signInByCode(() => stopping.abort(), { signal: stopping.signal });
    await expect(signingIn).rejects.toMatchObject({ code: 'cancelled' });
  });

  test.each<[string, StandInReply, object]>([
    [
      '429',
      { status: 429, headers: { 'retry-after': '2' }, body: {} },
      { code: 'vendor_busy', retryAfterMs: 2_000 },
    ],
    ['503', { status: 503, body: 'away' }, { code: 'vendor_unreachable' }],
    [
      'a web page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
      { code: 'vendor_garbled' },
    ],
    [
      'a refusal',
      {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000222: The secret is expired. Trace ID: 1',
        },
      },
      {
        code: 'vendor_auth',
        message: expect.stringMatching(
          /secret has not expired\. It says: .*AADSTS7000222: The secret is expired\.$/,
        ),
      },
    ],
  ])('%s where a token was asked for', async (_, reply, error) => {
    const { connector, answerNext } = await setUp();
    answerNext(reply, isToken);
    await expect(connector.findUser('t-emma')).rejects.toMatchObject(error);
    expect(await connector.findUser('t-emma')).toMatchObject({ id: 't-emma' });
  });

  test('no token or secret is in what is thrown or logged', async () => {
    const { connector, standIn, log } = await setUp();
    standIn.signIn.revokeAccount();
    const error: unknown = await connector
      .post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false })
      .catch((thrown: unknown) => thrown);
    const shown = JSON.stringify([error, String(error), log.warnings]);
    for (const secret of [
      credentials.microsoft.clientSecret,
      credentials.microsoft.refreshToken,
      'sandbox-account',
    ]) {
      expect(shown).not.toContain(secret);
    }
  });
});
