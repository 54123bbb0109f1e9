import type { AgentBench } from '../agent/agent-bench.ts';
import { leftoversOf } from './case-bench.ts';
import type { FaultRow } from './fault-rows.ts';

export const heardVendors = ['slack', 'teams'] as const;
export type HeardVendor = (typeof heardVendors)[number];

/** What comes of two reports, one of them delivered twice, and an answer to one, written while the chat fails. */
export interface IntakeCell {
  /** Whether the fault befell anything at all. */
  isBefallen: boolean;
  /** How often each of the two became a request. */
  requests: number[];
  /** How often the answer was stored with the request of its thread. */
  answers: number;
  leftovers: string[];
}

/** Writes as somebody in the chat; gives the message's id. */
type Write = (text: string, options?: { thread?: string; deliveries?: number }) => string;

const channels = { slack: 'C-LEADS', teams: '19:leads@thread.tacv2' } as const;

function writerIn({ sandbox }: AgentBench, vendor: HeardVendor): Write {
  const channel = channels[vendor];
  return vendor === 'slack'
    ? (text, { thread = null, deliveries = 1 } = {}) =>
        sandbox.slack.sendMessage({ user: 'U-OMAR', channel, text, threadTs: thread, deliveries }).ts
    : (text, { thread = null, deliveries = 1 } = {}) =>
        sandbox.teams.sendMessage({ user: 't-omar', channel, text, thread, deliveries }).id;
}

/** Lets the fault befall what the chat is listened to with, while people write. */
export async function intakeCell(
  bench: AgentBench,
  { vendor, row }: { vendor: HeardVendor; row: FaultRow },
): Promise<IntakeCell> {
  const { sandbox, db } = bench;
  const { kind, times } = row;
  sandbox.faults.arm(vendor, kind, times, 'read');
  // A socket that is open asks for nothing; a new one does.
  if (vendor === 'slack') sandbox.slack.dropConnections();
  const write = writerIn(bench, vendor);
  const opening = write('A lead of mine has the wrong owner');
  const answer = `It is number ${opening}`;
  write(answer, { thread: opening });
  const twice = write('Another lead has the wrong owner', { deliveries: 2 });
  await bench.settle();
  const isBefallen = sandbox.faults.armed().every((fault) => fault.times < times);
  sandbox.faults.clear();

  const channel = channels[vendor];
  const requestsOf = (thread: string) =>
    db.kysely
      .selectFrom('requests')
      .select('request_id')
      .where('channel', '=', channel)
      .where('thread', '=', thread)
      .execute();
  const [first, second] = await Promise.all([opening, twice].map(requestsOf));
  const answers = await db.kysely
    .selectFrom('messages')
    .select('message_id')
    .where('direction', '=', 'in')
    .where('text', 'like', `%${answer}%`)
    .where('request_id', '=', first?.[0]?.request_id ?? '')
    .execute();
  return {
    isBefallen,
    requests: [first?.length ?? 0, second?.length ?? 0],
    answers: answers.length,
    leftovers: await leftoversOf(bench),
  };
}
