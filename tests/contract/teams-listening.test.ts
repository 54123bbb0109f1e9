import { describe, expect, test } from 'vitest';
import type { StandInReply, StandInRequest } from '../../electron/core/sandbox/stand-in.ts';
import {
  channel,
  connect,
  filesIn,
  isDelta,
  type Kept,
  ours,
  quiet,
  serve,
  setUp,
  until,
} from './teams-connection.ts';

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
    const { messages, texts, listen, standIn } = await setUp();
    const { id } = standIn.sendMessage({ user: 't-emma', channel, text: '1' });
    for (const text of ['2', '3']) standIn.sendMessage({ user: 't-pat', channel, text, thread: id });
    await listen();
    expect(texts()).toEqual(['1', '2', '3']);
    expect(new Set(messages().map(({ thread }) => thread))).toEqual(new Set([id]));
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

  test('what we wrote and what was there before us is not handed on', async () => {
    let now = new Date('2026-05-18T09:00:00Z');
    const server = await serve({ now: () => now });
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
    await quiet(server);
    expect(first.texts()).not.toContain('Ours');
    await first.connector.stop();
    standIn.sendMessage({ user: 't-emma', channel: standIn.directChat('t-emma'), text: 'old, by its time' });
    // Somebody reacts to it after another desk has begun to listen.
    now = new Date('2026-05-20T09:00:00Z');
    const later = connect(server);
    await later.listen();
    standIn.touch(id);
    const from = server.exchanges.length;
    await until(
      () => server.exchanges.slice(from).filter(({ request }) => isDelta(request)).length,
    ).toBeGreaterThan(2);
    expect(later.events).toEqual([]);
  });

  test('a message that is changed is told once for each change, as it reads now', async () => {
    const { server, events, messages, listen, standIn } = await setUp();
    await listen();
    const { id } = standIn.sendMessage({ user: 't-emma', channel, text: 'Give it to Ana' });
    await quiet(server);
    standIn.touch(id, { text: 'Give it to Ben' });
    await quiet(server);
    standIn.touch(id);
    standIn.touch(id, { text: 'Give it to Cara' });
    await quiet(server);
    const edits = new Map(
      events.flatMap((event) => (event.kind === 'edit' ? [[event.eventId, event] as const] : [])),
    );
    expect([...edits.values()]).toEqual(
      ['Give it to Ben', 'Give it to Cara'].map((text) => ({
        kind: 'edit',
        source: 'teams',
        eventId: expect.stringContaining(`${channel}:${id}:edit:`),
        message: expect.objectContaining({ message: id, thread: id, user: 't-emma', text }),
        sinceWrittenMs: expect.any(Number),
      })),
    );
    expect(new Set(messages().map(({ eventId }) => eventId)).size).toBe(1);
  });

  test('a message that is deleted is told, in a channel and in a chat, and ours is not', async () => {
    const { server, events, listen, standIn, connector } = await setUp();
    await listen();
    const chat = standIn.directChat('t-emma');
    const { id } = standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    const direct = standIn.sendMessage({ user: 't-emma', channel: chat, text: 'Hello' });
    const to = { channel, thread: id };
    const posted = await connector.post({ to, text: 'Ours', key: 'REV-1:1:x', mayBeThere: false });
    await quiet(server);
    for (const gone of [id, direct.id, posted.message]) standIn.touch(gone, { isDeleted: true });
    const told = () => events.filter(({ kind }) => kind === 'deletion');
    await until(() => new Set(told().map((event) => JSON.stringify(event))).size).toBe(2);
    expect(told()).toEqual(
      expect.arrayContaining(
        [
          { channel, message: id },
          { channel: chat, message: direct.id },
        ].map((place) => ({
          kind: 'deletion',
          source: 'teams',
          eventId: `${place.channel}:${place.message}:deleted`,
          thread: place.message,
          ...place,
        })),
      ),
    );
  });

  test('a channel that is given by its names is found, listened to and answered in', async () => {
    const channels = [{ team: 'sandbox', channelName: 'Routing' }];
    const { server, texts, listen, connector, standIn } = await setUp({ channels });
    await listen();
    const { id } = standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    await quiet(server);
    expect(texts()).toEqual(['Hello']);
    const to = { channel, thread: id };
    await connector.post({ to, text: 'Done', key: 'REV-1:1:x', mayBeThere: false });
    expect(ours(server)).toMatchObject([{ channel, thread: id }]);
  });

  test.each([
    [{ team: 'Sandbox', channelName: 'Sales' }, 'has no channel "Sales". It has routing.'],
    [{ team: "O'Neil's", channelName: 'Sales' }, `There is no team "O'Neil's".`],
  ])('a channel by a name that is not there is told with those that are: %o', async (named, words) => {
    const { problems, listen } = await setUp({ channels: [named] });
    await listen();
    expect(problems).toEqual([expect.stringContaining(words)]);
  });

  test('the files of a message are fetched by their address, in words where that cannot be', async () => {
    const { server, events, listen, connector, standIn } = await setUp();
    await listen();
    const files = [{ name: 'leads.csv', content: 'ana@example.com' }];
    standIn.sendMessage({ user: 't-emma', channel, text: 'See the list', files });
    await quiet(server);
    const [file] = filesIn(events);
    const fetched = file && connector.readFile?.(file, { maximumBytes: 1_000 });
    expect(String(await fetched)).toBe('ana@example.com');
    standIn.signIn.permissions.revoke('app', 'Files.Read.All');
    await expect(file && connector.readFile?.(file, { maximumBytes: 1_000 })).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringMatching(
        /^leads\.csv cannot be fetched: the app may not read files .*Files\.Read\.All.* Open it at https:\/\/sandbox\.sharepoint\.com\/.*leads\.csv$/,
      ),
    });
  });

  test('what Graph tells of its allowance is handed on', async () => {
    const { connector, budgets, answerNext } = await setUp();
    await connector.findUser('t-emma');
    expect(budgets).toEqual([]);
    answerNext(
      {
        status: 200,
        headers: { 'ratelimit-limit': '1000', 'ratelimit-remaining': '150', 'ratelimit-reset': '10' },
        body: { id: 't-emma', displayName: 'Emma Clarke' },
      },
      ({ url }) => url.pathname.endsWith('/users/t-emma'),
    );
    await connector.findUser('t-emma');
    expect(budgets).toEqual([{ used: 850, limit: 1_000, window: 'its present window' }]);
  });

  test('a link to another host is refused, and no token goes there', async () => {
    const { server, texts, problems, listen, standIn, answerNext, exchanges } = await setUp();
    const body = { value: [], '@odata.nextLink': 'https://graph.example.net/v1.0/next' };
    answerNext({ status: 200, body }, isDelta);
    await listen();
    standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    await quiet(server);
    expect(problems).toEqual([expect.stringContaining('a link to another address'), null]);
    expect(exchanges.some(({ request }) => request.url.pathname.endsWith('/next'))).toBe(false);
    expect(texts()).toEqual(['Hello']);
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
    expect(second.messages().map(({ eventId }) => eventId)).toContain(first.messages()[0]?.eventId);
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
