import { describe, expect, it, vi } from 'vitest';
import { type Bench, quiet, soon, startBench, textsOf } from './slack-bench.ts';

const mark = (bench: Bench) => bench.state.get('slack history');

/** Until everything up to now is on record as taken in. */
async function settled(bench: Bench): Promise<void> {
  await quiet(bench);
  await vi.waitFor(async () => expect(await mark(bench)).not.toBeNull(), soon);
}

/** Something that Slack gave up delivering: the message is there, and no event of it. */
function writeUnheard(bench: Bench, message: Parameters<Bench['slack']['sendMessage']>[0]) {
  return bench.slack.sendMessage({ ...message, deliveries: 0 });
}

describe('what was written while nobody listened', () => {
  it('is read after a restart: channels, direct messages, and the threads of open cases', async () => {
    const bench = await startBench();
    const old = writeUnheard(bench, { user: 'U-EMMA', channel: 'C-RANDOM', text: 'Of a case' });
    writeUnheard(bench, { user: 'U-EMMA', channel: 'C-ROUTING', text: 'Before all' });
    const direct = bench.slack.directChannel('U-EMMA');
    await bench.listen();
    await settled(bench);
    expect(bench.events).toEqual([]);
    await bench.restart();
    const missed = writeUnheard(bench, { user: 'U-EMMA', channel: 'C-ROUTING', text: 'Missed' });
    writeUnheard(bench, { user: 'U-EMMA', channel: 'C-ROUTING', text: 'Its reply', threadTs: missed.ts });
    writeUnheard(bench, { user: 'U-EMMA', channel: direct, text: 'Missed, too' });
    writeUnheard(bench, { user: 'U-EMMA', channel: 'C-RANDOM', text: 'Elsewhere' });
    const reply = { user: 'U-EMMA', channel: 'C-RANDOM', text: 'In a thread of a case', threadTs: old.ts };
    writeUnheard(bench, reply);
    await bench.listen(undefined, {
      openThreads: async () => [{ channel: 'C-RANDOM', thread: old.ts }],
    });
    await vi.waitFor(() => expect(textsOf(bench.events).length).toBeGreaterThanOrEqual(5), soon);
    await quiet(bench);
    // The five minutes before the mark are read again: intake knows them by their ids.
    expect(textsOf(bench.events).toSorted()).toEqual(
      ['Before all', 'In a thread of a case', 'Missed', 'Its reply', 'Missed, too'].toSorted(),
    );
  });

  it('is read after the connection broke, with what was edited meanwhile', async () => {
    const bench = await startBench();
    await bench.listen();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Lead 1' });
    await settled(bench);
    bench.slack.dropConnections();
    writeUnheard(bench, { user: 'U-EMMA', channel: 'C-ROUTING', text: 'Missed' });
    bench.slack.editMessage({ channel: 'C-ROUTING', ts, text: 'Lead 2', deliveries: 0 });
    await vi.waitFor(() => expect(textsOf(bench.events)).toContain('Missed'), soon);
    await quiet(bench);
    const edits = bench.events.flatMap((event) => (event.kind === 'edit' ? [event.message.text] : []));
    expect([...new Set(edits)]).toEqual(['Lead 2']);
  });

  it('moves its mark only past what is stored', async () => {
    const bench = await startBench({ ackMs: 60_000 });
    await bench.listen(async (event) => {
      if (event.kind === 'message' && event.text === 'Not stored') throw new Error('The store is away');
    });
    await settled(bench);
    const stored = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Stored' });
    const failed = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Not stored' });
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Later' });
    await vi.waitFor(() => expect(textsOf(bench.events)).toContain('Later'), soon);
    await bench.connector.stop();
    expect(Number(await mark(bench))).toBeGreaterThanOrEqual(Number(stored.ts));
    expect(Number(await mark(bench))).toBeLessThanOrEqual(Number(failed.ts));
  });

  it('is looked for until Slack answers, and a channel that is closed keeps no other from being read', async () => {
    const bench = await startBench({ channels: ['C-CLOSED', 'C-ROUTING'] });
    writeUnheard(bench, { user: 'U-EMMA', channel: 'C-CLOSED', text: 'x' });
    await bench.listen();
    await settled(bench);
    await bench.restart();
    bench.slack.setChannelState('C-CLOSED', { isMember: false });
    writeUnheard(bench, { user: 'U-EMMA', channel: 'C-ROUTING', text: 'Missed' });
    await bench.listen();
    bench.faults.arm('slack', 'http_503', 1);
    await vi.waitFor(() => expect(textsOf(bench.events)).toContain('Missed'), soon);
  });
});

describe('rotation', () => {
  it('opens the next socket beside the old one, and reads no history for that', async () => {
    const bench = await startBench({ ackMs: 10_000 });
    await bench.listen();
    await settled(bench);
    const histories = bench.called('conversations.history');
    bench.slack.requestReconnect('warning');
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Over the old one' });
    await vi.waitFor(() => expect(bench.called('apps.connections.open')).toBe(2), soon);
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Over the new one' });
    await quiet(bench);
    await vi.waitFor(() => expect(bench.slack.openConnections()).toBe(1), soon);
    expect(textsOf(bench.events)).toEqual(['Over the old one', 'Over the new one']);
    expect(bench.called('conversations.history')).toBe(histories);
    expect(bench.problems).toEqual([]);
  });

  it('says that Socket Mode was switched off, and that Slack is heard again', async () => {
    const bench = await startBench();
    await bench.listen();
    bench.slack.requestReconnect('link_disabled');
    await vi.waitFor(() => expect(bench.problems).toHaveLength(2), soon);
    expect(bench.problems).toEqual([
      "Socket Mode was switched off for the Slack app. Switch it on in the app's settings, under Socket Mode.",
      null,
    ]);
  });
});
