import { describe, expect, it } from 'vitest';
import { quiet, startBench } from './slack-bench.ts';

describe('edits', () => {
  it('hands on what a message says now, under one id for an edit and another for the next', async () => {
    const bench = await startBench();
    await bench.listen();
    const { ts } = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Lead 1' });
    await quiet(bench);
    bench.slack.editMessage({ channel: 'C-ROUTING', ts, text: 'Lead 2', deliveries: 2 });
    bench.slack.editMessage({ channel: 'C-ROUTING', ts, text: 'Lead 3' });
    await quiet(bench);
    const edits = bench.events.filter((event) => event.kind === 'edit');
    const [first, again, second] = edits;
    expect(edits).toMatchObject([
      {
        source: 'slack',
        message: { eventId: `C-ROUTING:${ts}`, message: ts, text: 'Lead 2', user: 'U-EMMA' },
      },
      { message: { text: 'Lead 2' } },
      { message: { text: 'Lead 3' } },
    ]);
    expect(again?.eventId).toBe(first?.eventId);
    expect(second?.eventId).not.toBe(first?.eventId);
  });

  it('ignores links that are unfolded, and what the app changes itself', async () => {
    const bench = await startBench();
    await bench.listen();
    const { ts } = bench.slack.sendMessage({
      user: 'U-EMMA',
      channel: 'C-ROUTING',
      text: 'https://a.example',
    });
    bench.slack.editMessage({ channel: 'C-ROUTING', ts, text: 'https://a.example' });
    const place = await bench.connector.post({
      to: { channel: 'C-ROUTING', thread: ts },
      text: 'Mine',
      key: 'k',
      mayBeThere: false,
    });
    bench.slack.editMessage({ channel: place.channel, ts: place.message, text: 'Mine, changed' });
    await quiet(bench);
    expect(bench.events.map(({ kind }) => kind)).toEqual(['message']);
  });
});

describe('deletions', () => {
  it('tells of a message that is gone, also where replies keep a stone in its place', async () => {
    const bench = await startBench();
    await bench.listen();
    const root = bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'Lead 1' });
    const reply = bench.slack.sendMessage({
      user: 'U-EMMA',
      channel: 'C-ROUTING',
      text: 'And?',
      threadTs: root.ts,
    });
    await quiet(bench);
    bench.slack.deleteMessage({ channel: 'C-ROUTING', ts: root.ts });
    bench.slack.deleteMessage({ channel: 'C-ROUTING', ts: reply.ts });
    await quiet(bench);
    const common = { kind: 'deletion', source: 'slack', channel: 'C-ROUTING', thread: root.ts };
    expect(bench.events.slice(2)).toEqual([
      { ...common, eventId: `C-ROUTING:${root.ts}:deleted`, message: root.ts },
      { ...common, eventId: `C-ROUTING:${reply.ts}:deleted`, message: reply.ts },
    ]);
  });
});

describe('files', () => {
  const content = Buffer.from('name,company\nPriya,Titan\n');
  const csv = { name: 'lead list.csv', mediaType: 'text/csv', content };

  async function withFile() {
    const bench = await startBench();
    await bench.listen();
    bench.slack.sendMessage({ user: 'U-EMMA', channel: 'C-ROUTING', text: 'See', files: [csv] });
    await quiet(bench);
    // What is read behind the listening would take the faults that are meant for the file.
    await bench.connector.stop();
    const [event] = bench.events;
    const file = event?.kind === 'message' ? event.files[0] : undefined;
    if (file === undefined) throw new Error('The event has no file');
    const read = (changed = {}, maximumBytes = 1_000) =>
      bench.connector.readFile?.({ ...file, ...changed }, { maximumBytes });
    const refusal = (changed = {}, maximumBytes = 1_000) =>
      read(changed, maximumBytes)?.catch((thrown: unknown) => thrown);
    return { bench, file, read, refusal };
  }

  it('are named with the message and fetched with the bot’s token, also where the address has to be asked for', async () => {
    const { file, read } = await withFile();
    expect(file).toMatchObject({ name: 'lead list.csv', mediaType: 'text/csv', sizeBytes: content.length });
    expect([await read(), await read({ url: null })]).toEqual([content, content]);
  });

  it('say in words why one cannot be had', async () => {
    const { bench, refusal } = await withFile();
    const elsewhere = await refusal({ url: 'https://drive.example/file' });
    const disguised = await refusal({ url: 'https://slack.com.example/file' });
    const large = await refusal({}, 10);
    bench.slack.setScope('files:read', false);
    const forbidden = await refusal();
    expect([elsewhere, disguised, large, forbidden]).toMatchObject([
      {
        code: 'vendor_refused',
        message: expect.stringContaining('It is kept at drive.example. Open it in Slack.'),
      },
      { code: 'vendor_refused', message: expect.stringContaining('It is kept at slack.com.example.') },
      { code: 'vendor_refused', message: expect.stringContaining('holds a file of more than') },
      { code: 'vendor_refused', message: expect.stringContaining('Add the scope files:read') },
    ]);
  });

  it('are tried again later where Slack is away', async () => {
    const { bench, read, refusal } = await withFile();
    for (const kind of ['http_503', 'http_429', 'reset'] as const) {
      bench.faults.arm('slack', kind, 1);
      expect(await refusal()).toMatchObject({ isRetried: true });
    }
    expect(await read()).toEqual(content);
  });
});
