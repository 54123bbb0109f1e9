import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ChatEvent } from '../../electron/core/connectors/connector.ts';
import { quiet, soon, startBench, textsOf } from './slack-bench.ts';

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

  it('ignores its own posts, other channels, what Slack says by itself and messages of other bots', async () => {
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
      payload: { event: { ...event, subtype: 'channel_topic', user: 'U-EMMA' } },
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
    expect(textsOf(bench.events)).toEqual(['After the break', 'After the restart']);
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
    // By Slack, and out of the history as well: intake knows it by its id.
    expect(deliveries).toBeGreaterThanOrEqual(2);
    expect(new Set(bench.events.map(({ eventId }) => eventId)).size).toBe(1);
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
    expect(textsOf(bench.events)).toEqual(['Patience']);
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
