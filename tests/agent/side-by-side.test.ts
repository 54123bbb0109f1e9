import { afterEach, describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../electron/core/agent/crm-writer.ts';
import { submitDecision } from '../../electron/core/agent/human-decision.ts';
import { verifyAudit } from '../../electron/core/store/audit.ts';
import { abandonIntents, insertIntents } from '../../electron/core/store/intents.ts';
import { findPerson } from '../../electron/core/store/people.ts';
import {
  type AgentBench,
  type AgentBenchOptions,
  auditTypesOf,
  requestsOf,
  startAgentBench,
} from './agent-bench.ts';

let bench: AgentBench | undefined;
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

async function start(options?: AgentBenchOptions): Promise<AgentBench> {
  bench = await startAgentBench(options);
  return bench;
}

const channel = 'C-LEADS';
const tessa = '00Q000000000301EAA';
const axel = '00Q000000000308EAA';
const tessaIsWrong = 'tessa.wolff@kupferhof.example has the wrong owner';
const axelIsWrong = 'Axel Roth of Vulkan Steel has the wrong owner';
const email = (name: string) => `${name}@halden.example`;

/** Does the work at the point, the first time only. */
function once(point: CrashPoint, work: () => void): (at: CrashPoint) => void {
  let isDone = false;
  return (at) => {
    if (isDone || at !== point) return;
    isDone = true;
    work();
  };
}

async function decide(
  { db, jobs, clock }: AgentBench,
  decision: {
    requestId: string;
    by: string;
    action: 'approve' | 'reject';
    version?: number | null;
    key?: string;
  },
): Promise<string> {
  const { requestId, by, action, version = null, key = `${by} ${action} ${version}` } = decision;
  return submitDecision(
    { db, jobs, clock },
    {
      requestId,
      actor: (await findPerson(db.kysely, email(by))) ?? null,
      actorName: by,
      action,
      owner: null,
      note: null,
      version,
      idempotencyKey: key,
      via: 'queue',
      chat: null,
    },
  ).then(
    () => 'taken',
    (thrown: { code: string }) => thrown.code,
  );
}

describe('a run that something happens to', () => {
  it('judges again when the record changes before the write, and writes once', async () => {
    const running = await start({
      crashPoint: once('before_write', () =>
        bench?.sandbox.salesforce.patch(tessa, { OwnerId: '005000000000013AAA' }),
      ),
    });
    running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: tessaIsWrong });
    await running.settle();
    const [request] = await requestsOf(running);
    const changes = await running.db.kysely
      .selectFrom('routing_audit')
      .select(['previous_owner', 'new_owner'])
      .execute();
    expect([request?.status, changes, running.sandbox.salesforce.writes()[tessa]]).toEqual([
      'Completed',
      [{ previous_owner: email('carla.mendes'), new_owner: email('alma.keller') }],
      1,
    ]);
  });

  it('hands a record that keeps changing to a human, unwritten', async () => {
    let count = 0;
    const running = await start({
      crashPoint(at) {
        if (at !== 'before_write') return;
        count += 1;
        bench?.sandbox.salesforce.patch(tessa, { PostalCode: String(count) });
      },
    });
    running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: tessaIsWrong });
    await running.settle();
    expect([await requestsOf(running), running.sandbox.salesforce.writes()[tessa], count]).toEqual([
      [expect.objectContaining({ status: 'Escalated', reason: 'data_conflict' })],
      0,
      3,
    ]);
  });

  it('hears what is written while it writes, as a request of its own', async () => {
    const running = await start({
      crashPoint: once('before_write', () =>
        bench?.sandbox.slack.sendMessage({
          user: 'U-NINA',
          channel,
          text: 'ugo.prieto@naranjal.example is with the wrong seller, too',
          threadTs: opened.ts,
        }),
      ),
    });
    const opened = running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: tessaIsWrong });
    await running.settle();
    // The reply may come in before the correction is recorded, or after it.
    expect(await requestsOf(running)).toEqual([
      expect.objectContaining({ status: 'Completed', next_owner: email('alma.keller') }),
      expect.objectContaining({
        status: 'Completed',
        next_owner: email('carla.mendes'),
        refers_to: 'REV-1001',
      }),
    ]);
    expect(running.sandbox.slack.repliesTo(opened.ts).filter(({ isBot }) => isBot)).toHaveLength(2);
  });

  it('lets one of two decisions stand that come at the same moment', async () => {
    const running = await start();
    running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: axelIsWrong });
    await running.settle();
    const outcomes = await Promise.all([
      decide(running, { requestId: 'REV-1001', by: 'carla.mendes', action: 'approve' }),
      decide(running, { requestId: 'REV-1001', by: 'rosa.vance', action: 'reject' }),
    ]);
    await running.settle();
    const [request] = await requestsOf(running);
    const isApproved = outcomes[0] === 'taken';
    expect([outcomes.toSorted(), request?.status, running.sandbox.salesforce.writes()[axel]]).toEqual([
      ['superseded', 'taken'],
      isApproved ? 'Completed' : 'Rejected',
      isApproved ? 1 : 0,
    ]);
  });

  it('counts a withdrawal that came before the decision, and tells who decided', async () => {
    const running = await start();
    const { ts } = running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: axelIsWrong });
    await running.settle();
    // Both are stored while another runner has the request.
    const { db } = running;
    const hold = (until: string) => db.kysely.updateTable('requests').set({ lease_until: until }).execute();
    await hold('infinity');
    running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: 'never mind', threadTs: ts });
    await expect.poll(() => running.sandbox.isQuiet()).toBe(true);
    running.clock.set(new Date(running.clock.now().getTime() + 1_000));
    expect(await decide(running, { requestId: 'REV-1001', by: 'rosa.vance', action: 'approve' })).toBe(
      'taken',
    );
    await hold('-infinity');
    await running.settle();
    // The card says it as well; who decided is told beside it.
    const told = running.sandbox.slack
      .messages()
      .filter(({ text }) => text.startsWith('REV-1001: the requester withdrew'));
    expect([
      await requestsOf(running),
      await db.kysely.selectFrom('human_decisions').select('state').execute(),
      told.map(({ directTo }) => directTo).toSorted(),
      running.sandbox.salesforce.writes()[axel],
    ]).toEqual([
      [expect.objectContaining({ status: 'Closed', reason: 'withdrawn' })],
      [{ state: 'impossible' }],
      ['U-CARLA', 'U-ROSA'],
      0,
    ]);
  });
});

describe('decisions on an older state', () => {
  it('are refused once the case was escalated anew, and say so', async () => {
    const running = await start();
    running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: axelIsWrong });
    await running.settle();
    const version = await running.db.kysely
      .selectFrom('requests')
      .select(['version', 'escalated_version'])
      .executeTakeFirstOrThrow();
    running.sandbox.salesforce.patch(axel, { OwnerId: '005000000000014AAA' });
    await decide(running, { requestId: 'REV-1001', by: 'carla.mendes', action: 'approve' });
    await running.settle();
    const old = await decide(running, {
      requestId: 'REV-1001',
      by: 'rosa.vance',
      action: 'approve',
      version: version.version,
    });
    await running.settle();
    expect([version.version, old, await requestsOf(running)]).toEqual([
      version.escalated_version,
      'superseded',
      [expect.objectContaining({ status: 'Escalated', reason: 'stale_decision' })],
    ]);
  });

  it('that are refused and delivered again are on record, and answered, once', async () => {
    const running = await start();
    running.sandbox.slack.sendMessage({ user: 'U-NINA', channel, text: axelIsWrong });
    await running.settle();
    const before = await auditTypesOf(running, 'REV-1001');
    const attempt = { requestId: 'REV-1001', by: 'omar.said', action: 'approve', key: 'press 1' } as const;
    const codes = [await decide(running, attempt), await decide(running, attempt)];
    await running.settle();
    const after = await auditTypesOf(running, 'REV-1001');
    expect([codes, after.slice(before.length)]).toEqual([['forbidden', 'forbidden'], ['Message']]);
  });
});

describe('what an approver says under their card', () => {
  it('is kept with the request and opens none', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    slack.sendMessage({ user: 'U-NINA', channel, text: axelIsWrong });
    await running.settle();
    const card = slack.messages().find(({ directTo }) => directTo === 'U-CARLA');
    slack.sendMessage({
      user: 'U-CARLA',
      channel: card?.channel ?? '',
      text: 'He asked for me by name',
      threadTs: card?.ts ?? '',
    });
    await running.settle();
    const kept = await running.db.kysely
      .selectFrom('messages')
      .select(['author', 'audience', 'text'])
      .where('direction', '=', 'in')
      .orderBy('ordinal')
      .execute();
    expect([await requestsOf(running), kept, slack.repliesTo(card?.ts ?? '').length]).toEqual([
      [expect.objectContaining({ status: 'Escalated', reason: 'strategic_account' })],
      [
        { author: email('nina.brandt'), audience: null, text: axelIsWrong },
        { author: email('carla.mendes'), audience: 'approver', text: 'He asked for me by name' },
      ],
      2,
    ]);
    slack.sendMessage({
      user: 'U-NINA',
      channel,
      text: 'never mind',
      threadTs: slack.messages()[0]?.ts ?? '',
    });
    await running.settle();
    slack.sendMessage({
      user: 'U-CARLA',
      channel: card?.channel ?? '',
      text: 'Fine.',
      threadTs: card?.ts ?? '',
    });
    await running.settle();
    const audit = await auditTypesOf(running, 'REV-1001');
    expect([await requestsOf(running), audit.at(-1)]).toEqual([
      [expect.objectContaining({ status: 'Closed', reason: 'withdrawn' })],
      'Closure',
    ]);
  });
});

describe('several runners on one store', () => {
  it('handle each of sixty requests exactly once', async () => {
    const count = 60;
    const id = (index: number) => `00Q0000000${String(10_000 + index)}EAA`;
    const leads = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        id(index),
        {
          FirstName: 'Lead',
          LastName: `Number${index}`,
          Email: `lead${index}@firm${index}.example`,
          Company: `Firm ${index}`,
          Country: 'Germany',
          NumberOfEmployees: 40,
          OwnerId: '005000000000013AAA',
          IsConverted: false,
          CreatedDate: '2026-02-20T08:00:00Z',
          LastModifiedDate: '2026-03-02T08:00:00Z',
        },
      ]),
    );
    const members = ['alma.keller', 'boris.ivanov'].map((name, index) => ({
      owner: email(name),
      weight: index + 1,
      daily_capacity: null,
      working_hours: null,
      out_of_office: [],
    }));
    const running = await start({
      runners: 2,
      patch: { salesforce: { leads }, routing: { pools: { 'dach-small': { members } } } },
    });
    for (let index = 0; index < count; index += 1)
      running.sandbox.slack.sendMessage({
        user: 'U-NINA',
        channel,
        text: `lead${index}@firm${index}.example is with the wrong person`,
        deliveries: 2,
      });
    await running.settle();
    const requests = await requestsOf(running);
    const writes = running.sandbox.salesforce.writes();
    const replies = running.sandbox.slack.messages().filter(({ isBot }) => isBot);
    const given = Object.groupBy(requests, ({ next_owner }) => next_owner ?? 'nobody');
    expect({
      states: new Set(requests.map(({ status, reason }) => `${status} ${reason}`)),
      requests: requests.length,
      writes: Array.from({ length: count }, (_, index) => writes[id(index)]),
      replies: [replies.length, new Set(replies.map(({ threadTs }) => threadTs)).size],
      turns: members.map(({ owner }) => given[owner]?.length),
      chain: (await verifyAudit(running.db.kysely)).isValid,
    }).toEqual({
      states: new Set(['Completed null']),
      requests: count,
      writes: Array.from({ length: count }, () => 1),
      replies: [count, count],
      turns: [20, 40],
      chain: true,
    });
  });

  it('wait for each other where they would write the same record, which HubSpot itself does not guard', async () => {
    const running = await start();
    const { db, jobs, sandbox } = running;
    sandbox.slack.sendMessage({ user: 'U-OMAR', channel, text: axelIsWrong });
    await running.settle();
    const otherIntent = {
      requestId: 'REV-1001',
      system: 'hubspot' as const,
      record: '601',
      previousOwner: email('boris.ivanov'),
      newOwner: email('carla.mendes'),
      newOwnerId: '803',
      stamp: null,
    };
    await insertIntents(db.kysely, [otherIntent], running.clock.now());
    sandbox.slack.sendMessage({
      user: 'U-NINA',
      channel,
      text: 'hedda.frost@frostwerk.example should not be with Boris',
    });
    await expect.poll(async () => (await jobs.pending())['invoke-agent'].retrying).toBe(1);
    const meanwhile = sandbox.hubspot.writes()['601'];
    await abandonIntents(db.kysely, otherIntent.requestId, running.clock.now());
    await running.settle();
    const [, request] = await requestsOf(running);
    expect([meanwhile, sandbox.hubspot.writes()['601'], request?.status]).toEqual([0, 1, 'Completed']);
  });
});
