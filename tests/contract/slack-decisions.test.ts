import { describe, expect, it } from 'vitest';
import type { DecisionCard } from '../../electron/core/connectors/connector.ts';
import { type Bench, card, startBench } from './slack-bench.ts';

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
