import { describe, expect, it } from 'vitest';
import { startBench } from './slack-bench.ts';

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
