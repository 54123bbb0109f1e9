import type { AgentBench } from '../agent/agent-bench.ts';
import { contactEmail, contactId, leadEmail, leadId, leftoversOf } from './case-bench.ts';
import type { FaultRow } from './fault-rows.ts';

/** The vendors in which something of ours is written: an owner, or a message. */
export const writtenVendors = ['slack', 'teams', 'salesforce', 'hubspot'] as const;
export type WrittenVendor = (typeof writtenVendors)[number];

/** What a case comes to whose write meets a fault, from the report to the last thing stored. */
export interface CaseCell {
  /** The request's, with the reason where it has one. */
  status: string;
  /** How often the vendor has the write: the change of the owner, or the answer in the thread. */
  writes: number;
  /** What was left undone. */
  leftovers: string[];
}

const slackChannel = 'C-LEADS';
const teamsChannel = '19:leads@thread.tacv2';
const reportOf = (email: string) => `${email} has the wrong owner`;

/** Reports the lead with this number where it is to be reported; gives how often the write is found afterwards. */
function report({ sandbox }: AgentBench, vendor: WrittenVendor, index: number): () => number {
  if (vendor === 'teams') {
    const text = reportOf(leadEmail(index));
    const { id } = sandbox.teams.sendMessage({ user: 't-nina', channel: teamsChannel, text });
    return () => sandbox.teams.messages().filter(({ isOurs, thread }) => isOurs && thread === id).length;
  }
  const email = vendor === 'hubspot' ? contactEmail(index) : leadEmail(index);
  const { ts } = sandbox.slack.sendMessage({ user: 'U-NINA', channel: slackChannel, text: reportOf(email) });
  if (vendor === 'hubspot') return () => sandbox.hubspot.writes()[contactId(index)] ?? 0;
  if (vendor === 'salesforce') return () => sandbox.salesforce.writes()[leadId(index)] ?? 0;
  return () => sandbox.slack.repliesTo(ts).filter(({ isBot }) => isBot).length;
}

/** Lets the fault befall the write of a case, and the case come to its end. */
export async function caseCell(
  bench: AgentBench,
  { vendor, row, index }: { vendor: WrittenVendor; row: FaultRow; index: number },
): Promise<CaseCell> {
  const { sandbox, db } = bench;
  sandbox.faults.arm(vendor, row.kind, row.times, 'write');
  const countWrites = report(bench, vendor, index);
  await bench.settle();
  sandbox.faults.clear();
  const request = await db.kysely
    .selectFrom('requests')
    .select(['status', 'reason'])
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  const { status, reason } = request;
  return {
    status: reason === null ? status : `${status} (${reason})`,
    writes: countWrites(),
    leftovers: await leftoversOf(bench),
  };
}
