import { describe, expect, test } from 'vitest';
import { isPlaceGone } from '../../electron/core/connectors/connector.ts';
import { referenceOf } from '../../electron/core/connectors/teams/reference.ts';
import type { StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import { toAppError } from '../../shared/model/errors.ts';
import { card, channel, isPost, ours, setUp } from './teams-connection.ts';

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

  test.each(['the thread is gone', 'the account is not in the team any more'])(
    'where %s, people have to be told elsewhere',
    async (why) => {
      const { connector, standIn } = await setUp();
      const { id } = standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
      if (why.startsWith('the account')) standIn.setMember(false);
      const thread = why.startsWith('the thread') ? '1' : id;
      const posting = connector.post({ ...message, to: { channel, thread }, mayBeThere: true });
      const error = toAppError(await posting.catch((thrown: unknown) => thrown));
      expect([error.code, isPlaceGone(error)]).toEqual(['vendor_refused', true]);
      const told = connector.post({ ...message, to: { user: 't-emma' }, mayBeThere: false });
      expect(await told).toMatchObject({ channel: standIn.directChat('t-emma') });
    },
  );

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
