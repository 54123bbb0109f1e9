import { describe, expect, it } from 'vitest';
import { quiet, startBench } from './slack-bench.ts';

const common = { kind: 'report', source: 'slack', user: 'U-EMMA', eventId: expect.stringMatching(/^view:/) };

describe('the form for a routing error', () => {
  it('called on a message is about its thread, begins with its words and links to it', async () => {
    const bench = await startBench();
    await bench.listen();
    const { ts } = bench.slack.sendMessage({ user: 'U-MEI', channel: 'C-RANDOM', text: 'Priya is with Ana' });
    const reply = bench.slack.sendMessage({
      user: 'U-MEI',
      channel: 'C-RANDOM',
      text: 'and should not be',
      threadTs: ts,
    });
    await quiet(bench);
    const before = bench.events.length;
    const outcome = await bench.slack.reportError({
      user: 'U-EMMA',
      from: 'message',
      about: { channel: 'C-RANDOM', ts: reply.ts },
      entered: {
        'Which lead or contact?': '00Q000000000001',
        'Where is it?': 'salesforce',
        Priority: 'High',
      },
    });
    expect(outcome).toEqual({ isSent: true });
    expect(bench.events.slice(before)).toEqual([
      {
        ...common,
        text: 'and should not be',
        record: '00Q000000000001',
        system: 'salesforce',
        justification: null,
        priority: 'High',
        about: {
          channel: 'C-RANDOM',
          thread: ts,
          url: `https://sandbox.slack.com/archives/C-RANDOM/p${reply.ts.replace('.', '')}`,
        },
      },
    ]);
  });

  it('called from anywhere, or by the button of the app’s page, is about no message', async () => {
    const bench = await startBench();
    await bench.listen();
    await bench.connector.showHome?.('U-EMMA', { requests: [], toDecide: null });
    const entered = { 'What is wrong?': 'A lead is with Ana', 'Why should it be changed?': 'She left' };
    const outcomes = [
      await bench.slack.reportError({ user: 'U-EMMA', from: 'anywhere', entered }),
      await bench.slack.reportError({ user: 'U-EMMA', from: 'home', entered }),
    ];
    expect(outcomes).toEqual([{ isSent: true }, { isSent: true }]);
    const report = {
      ...common,
      text: 'A lead is with Ana',
      record: null,
      system: null,
      justification: 'She left',
      priority: null,
      about: null,
    };
    expect(bench.events).toEqual([report, report]);
  });

  it('says within the form what is missing, and is not sent', async () => {
    const bench = await startBench();
    await bench.listen();
    const report = (text: string) =>
      bench.slack.reportError({ user: 'U-EMMA', from: 'anywhere', entered: { 'What is wrong?': text } });
    expect([await report(''), await report('   ')]).toEqual([
      { isSent: false, problems: ['What is wrong?: please complete this required field.'] },
      { isSent: false, problems: ['Say in a sentence what is wrong.'] },
    ]);
    expect(bench.events).toEqual([]);
  });
});

describe('the app’s page', () => {
  it('says when somebody opens it', async () => {
    const bench = await startBench();
    const opened: string[] = [];
    await bench.listen(undefined, { onHomeOpened: async (user) => void opened.push(user) });
    bench.slack.openHome('U-EMMA');
    await quiet(bench);
    expect(opened).toEqual(['U-EMMA']);
  });

  it('lists requests with links, and what waits for whoever decides', async () => {
    const bench = await startBench();
    const entry = (number: number) => ({
      requestId: `REV-${number}`,
      title: 'Priya <Titan>',
      state: 'Being looked at',
      place: { channel: 'C-ROUTING', message: '1779094800.000001' },
    });
    const many = Array.from({ length: 35 }, (_, index) => entry(index));
    await bench.connector.showHome?.('U-MEI', { requests: many, toDecide: [{ ...entry(99), place: null }] });
    const shown = JSON.stringify(bench.slack.homeOf('U-MEI'));
    expect(shown).toContain(
      '*<https://sandbox.slack.com/archives/C-ROUTING/p1779094800000001|REV-0>* Priya &lt;Titan&gt;',
    );
    expect(shown).toContain('*REV-99*');
    expect(shown).toContain('Waiting for your decision');
    expect(shown).toContain('…and 5 more in the console.');
    await bench.connector.showHome?.('U-MEI', { requests: [], toDecide: null });
    const empty = JSON.stringify(bench.slack.homeOf('U-MEI'));
    expect(empty).toContain('You have no open requests.');
    expect(empty).not.toContain('Waiting for your decision');
  });
});

describe('user groups', () => {
  it('are listed with their members, and a change of members is told', async () => {
    const bench = await startBench();
    let changes = 0;
    await bench.listen(undefined, {
      onGroupsChanged: async () => {
        changes += 1;
      },
    });
    bench.slack.setGroup({
      id: 'S1',
      handle: 'Approvers-EMEA',
      name: 'Approvers',
      users: ['U-MEI', 'U-EMMA'],
    });
    await quiet(bench);
    expect({ changes, groups: await bench.connector.listGroups?.() }).toEqual({
      changes: 1,
      groups: [{ id: 'S1', handle: 'approvers-emea', members: ['U-MEI', 'U-EMMA'] }],
    });
  });
});
