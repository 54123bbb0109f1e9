import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentName } from '../../shared/model/request.ts';
import { type AgentBench, requestsOf, startAgentBench } from './agent-bench.ts';

let bench: AgentBench | undefined;
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

async function start(patch: Record<string, unknown> = {}): Promise<AgentBench> {
  bench = await startAgentBench({ patch });
  return bench;
}

const said = async ({ db }: AgentBench) =>
  (
    await db.kysely
      .selectFrom('messages')
      .select(['direction', 'author', 'text'])
      .orderBy('ordinal')
      .execute()
  ).map(({ direction, author, text }) => [direction, author, text]);

const strategic = 'Axel Roth of Vulkan Steel has the wrong owner';
const simple = 'tessa.wolff@kupferhof.example has the wrong owner';

describe('an edit', () => {
  it('of a report that waits is what the case is judged on, once, and changes nothing after the end', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const channel = 'C-LEADS';
    const { ts } = slack.sendMessage({
      user: 'U-NINA',
      channel,
      text: 'nobody@kupferhof.example has the wrong owner',
    });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Waiting', reason: 'lead_not_found' }]);
    slack.editMessage({ channel, ts, text: simple, deliveries: 3 });
    await running.settle();
    const completed = [{ status: 'Completed', next_owner: 'alma.keller@halden.example' }];
    expect(await requestsOf(running)).toMatchObject(completed);
    const conversation = await said(running);
    expect(conversation.filter(([direction]) => direction === 'in')).toEqual([
      ['in', 'nina.brandt@halden.example', 'nobody@kupferhof.example has the wrong owner'],
      ['in', 'nina.brandt@halden.example', `${simple}\n(edited)`],
    ]);
    slack.editMessage({ channel, ts, text: 'ugo.prieto@naranjal.example has the wrong owner' });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject(completed);
    expect(await said(running)).toEqual(conversation);
  });
});

describe('a deletion', () => {
  it('withdraws nothing and is noted; after the end it is nothing at all', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const channel = 'C-LEADS';
    const waiting = slack.sendMessage({
      user: 'U-NINA',
      channel,
      text: 'One of my leads has the wrong owner',
    });
    await running.settle();
    const done = slack.sendMessage({ user: 'U-NINA', channel, text: simple });
    await running.settle();
    slack.deleteMessage({ channel, ts: waiting.ts });
    slack.deleteMessage({ channel, ts: done.ts });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Waiting' }, { status: 'Completed' }]);
    expect((await said(running)).filter(([direction]) => direction === 'note')).toEqual([
      [
        'note',
        agentName,
        'A message was deleted in Slack: “One of my leads has the wrong owner”. It stays on record, and the case goes on.',
      ],
    ]);
  });
});

describe('files', () => {
  const content = Buffer.from('name,company\n');
  const files = [{ name: 'lead.csv', mediaType: 'text/csv', content }];
  const attachmentsOf = ({ db }: AgentBench) =>
    db.kysely.selectFrom('attachments').select(['name', 'content', 'size_bytes']).orderBy('name').execute();

  it('of a report and of an answer are kept with the request', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const common = { user: 'U-NINA', channel: 'C-LEADS' };
    const { ts } = slack.sendMessage({ ...common, text: 'One of my leads has the wrong owner', files });
    await running.settle();
    const later = [{ name: 'more.csv', mediaType: 'text/csv', content }];
    slack.sendMessage({ ...common, text: 'tessa.wolff@kupferhof.example', threadTs: ts, files: later });
    await running.settle();
    const size_bytes = content.length;
    expect(await attachmentsOf(running)).toEqual([
      { name: 'lead.csv', content, size_bytes },
      { name: 'more.csv', content, size_bytes },
    ]);
    expect(await requestsOf(running)).toMatchObject([{ status: 'Completed' }]);
  });

  it('that cannot be had are told in words, and the case goes on', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    slack.setScope('files:read', false);
    slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: simple, files });
    await running.settle();
    expect(await attachmentsOf(running)).toMatchObject([{ content: null }]);
    expect(await requestsOf(running)).toMatchObject([{ status: 'Completed' }]);
    expect((await said(running)).filter(([direction]) => direction === 'note')).toEqual([
      [
        'note',
        agentName,
        "The file lead.csv could not be fetched. Slack does not give it to the app. Add the scope files:read in the app's settings.",
      ],
    ]);
  });
});

describe('the form', () => {
  const entered = {
    'What is wrong?': 'Please correct the owner',
    'Which lead or contact?': 'tessa.wolff@kupferhof.example',
  };

  it('called on a message is answered in its thread, and joins the case that is open there', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const about = { channel: 'C-LEADS', ts: '' };
    about.ts = slack.sendMessage({
      user: 'U-NINA',
      channel: 'C-LEADS',
      text: 'One of my leads has the wrong owner',
    }).ts;
    await running.settle();
    await slack.reportError({ user: 'U-NINA', from: 'message', about, entered });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Completed' }]);
    await slack.reportError({ user: 'U-NINA', from: 'message', about, entered });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{}, { status: 'Completed', refers_to: 'REV-1001' }]);
    expect(slack.repliesTo(about.ts).filter(({ isBot }) => isBot)).toHaveLength(3);
  });

  it('called from anywhere is answered by direct message, where the conversation goes on', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const unclear = { 'What is wrong?': 'One of my leads has the wrong owner' };
    await slack.reportError({ user: 'U-NINA', from: 'anywhere', entered: unclear });
    await running.settle();
    const [question] = slack.messages();
    expect(question).toMatchObject({ directTo: 'U-NINA', isBot: true });
    slack.sendMessage({
      user: 'U-NINA',
      channel: question?.channel ?? '',
      text: 'tessa.wolff@kupferhof.example',
      threadTs: question?.ts ?? null,
    });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Completed' }]);
    expect(slack.repliesTo(question?.ts ?? '')).toHaveLength(2);
  });

  it('tells somebody whom nobody knows so by direct message', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    await running.db.kysely.deleteFrom('people').where('slack', '=', 'U-OMAR').execute();
    await slack.reportError({ user: 'U-OMAR', from: 'anywhere', entered });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Rejected', reason: 'unauthenticated' }]);
    expect(slack.messages().map(({ directTo }) => directTo)).toEqual(['U-OMAR']);
  });
});

describe('a thread that is gone', () => {
  it('is answered by direct message once, and the case goes on there', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const { ts } = slack.sendMessage({ user: 'U-NINA', channel: 'C-OTHER', text: 'One of my leads' });
    slack.setChannelState('C-OTHER', { isMember: false });
    const entered = { 'What is wrong?': 'One of my leads has the wrong owner' };
    await slack.reportError({ user: 'U-NINA', from: 'message', about: { channel: 'C-OTHER', ts }, entered });
    await running.settle();
    const direct = () => slack.messages().filter(({ directTo }) => directTo === 'U-NINA');
    const [question] = direct();
    expect(direct()).toHaveLength(1);
    slack.sendMessage({
      user: 'U-NINA',
      channel: question?.channel ?? '',
      text: 'tessa.wolff@kupferhof.example',
      threadTs: question?.ts ?? null,
    });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Completed' }]);
    expect(direct().map(({ threadTs }) => threadTs)).toEqual([null, question?.ts, question?.ts]);
  });
});

describe('a card', () => {
  const cardFor = ({ sandbox }: AgentBench, user: string) =>
    JSON.stringify(
      sandbox.slack.messages().filter(({ directTo, blocks }) => directTo === user && blocks.length > 0),
    );

  it('loses its buttons once it was decided on, also by somebody else and elsewhere', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const { ts } = slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: strategic });
    await running.settle();
    expect(cardFor(running, 'U-CARLA')).toContain('"type":"actions"');
    await slack.pressForRequest({ user: 'U-ROSA', requestId: 'REV-1001', action: 'reject', note: 'Not now' });
    await running.settle();
    const shown = cardFor(running, 'U-CARLA');
    expect(shown).not.toContain('"type":"actions"');
    expect(shown).toContain('Rosa Vance rejected it: Not now.');
    expect(shown).toContain('<!date^');
    expect(slack.repliesTo(ts)).toHaveLength(2);
  });

  it('loses its buttons when the requester withdraws', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const { ts } = slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: strategic });
    await running.settle();
    slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: 'Never mind', threadTs: ts });
    await running.settle();
    expect(cardFor(running, 'U-CARLA')).not.toContain('"type":"actions"');
    expect(cardFor(running, 'U-CARLA')).toContain('The requester withdrew it.');
  });

  it('keeps nobody waiting while Slack refuses to change it', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: strategic });
    await running.settle();
    const card = slack.messages().find(({ directTo }) => directTo === 'U-CARLA');
    const press = { user: 'U-ROSA', requestId: 'REV-1001', action: 'reject', note: 'No' } as const;
    const pressed = slack.pressForRequest(press);
    slack.deleteMessage({ channel: card?.channel ?? '', ts: card?.ts ?? '' });
    await pressed;
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Rejected' }]);
    const open = running.db.kysely.selectFrom('messages').select('key').where('card', 'is not', null);
    expect(await open.where('card_settled_at', 'is', null).execute()).toEqual([]);
  });
});

describe('the page in Slack', () => {
  const pageOf = ({ sandbox }: AgentBench, user: string) => JSON.stringify(sandbox.slack.homeOf(user));

  it('lists one’s own cases and what waits for one’s decision, and follows them', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    for (const user of ['U-NINA', 'U-CARLA']) slack.openHome(user);
    await running.settle();
    expect([pageOf(running, 'U-NINA'), pageOf(running, 'U-CARLA')]).toEqual([
      expect.stringContaining('You have no open requests.'),
      expect.stringContaining('Nothing waits for you.'),
    ]);
    slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: strategic });
    await running.settle();
    const soon = { timeout: 15_000, interval: 100 };
    await vi.waitFor(
      () => expect(pageOf(running, 'U-NINA')).toContain('Waits for Carla Mendes to decide'),
      soon,
    );
    await vi.waitFor(() => expect(pageOf(running, 'U-CARLA')).toContain('REV-1001'), soon);
    await slack.pressForRequest({ user: 'U-CARLA', requestId: 'REV-1001', action: 'reject', note: 'No' });
    await running.settle();
    await vi.waitFor(() => expect(pageOf(running, 'U-NINA')).toContain('You have no open requests.'), soon);
    await vi.waitFor(() => expect(pageOf(running, 'U-CARLA')).toContain('Nothing waits for you.'), soon);
  });
});

describe('a user group that approves', () => {
  it('is one person at a time, and a press by another member counts only if they may decide', async () => {
    const group = '@approvers';
    const escalation_owners = [{ reason: '*', approver: group, review_window: 'PT4H' }];
    const running = await start({ routing: { escalation_owners } });
    const { slack } = running.sandbox;
    const users = ['U-UNKNOWN', 'U-UNA', 'U-QUENTIN', 'U-PAULA', 'U-BORIS'];
    slack.setGroup({ id: 'S1', handle: 'approvers', name: 'Approvers', users });
    await running.settle();
    slack.sendMessage({
      user: 'U-NINA',
      channel: 'C-LEADS',
      text: 'tessa.wolff@kupferhof.example should go to Dario',
    });
    await running.settle();
    const request = running.db.kysely.selectFrom('requests').select(['status', 'approver', 'delegate']);
    expect(await request.execute()).toEqual([
      { status: 'Escalated', approver: 'quentin.lee@halden.example', delegate: 'paula.ruiz@halden.example' },
    ]);
    await slack.pressForRequest({ user: 'U-BORIS', requestId: 'REV-1001', action: 'reject', note: 'No' });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Escalated' }]);
    await slack.pressForRequest({ user: 'U-PAULA', requestId: 'REV-1001', action: 'reject', note: 'No' });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Rejected' }]);
  });
});

describe('what was written while nobody listened', () => {
  it('becomes one request for each report, and answers reach the case', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const { ts } = slack.sendMessage({
      user: 'U-NINA',
      channel: 'C-LEADS',
      text: 'One of my leads has the wrong owner',
    });
    await running.settle();
    slack.dropConnections();
    const common = { user: 'U-NINA', channel: 'C-LEADS', deliveries: 0 };
    slack.sendMessage({ ...common, text: 'tessa.wolff@kupferhof.example', threadTs: ts });
    slack.sendMessage({ ...common, text: 'ugo.prieto@naranjal.example has the wrong owner' });
    await vi.waitFor(async () => expect(await requestsOf(running)).toHaveLength(2), { timeout: 10_000 });
    await running.settle();
    expect(await requestsOf(running)).toMatchObject([{ status: 'Completed' }, { status: 'Completed' }]);
  });
});
