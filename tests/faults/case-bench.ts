import { sql } from 'kysely';
import type { TestDatabase } from '../../electron/core/store/test-database.ts';
import { type AgentBench, startAgentBench } from '../agent/agent-bench.ts';
import { timeoutMs } from './vendor-bench.ts';

/** Records with the wrong owner, so that there is one for each case. */
const recordCount = 100;

export const leadId = (index: number): string => `00Q0000000${String(10_000 + index)}EAA`;
export const contactId = (index: number): string => String(90_000 + index);
export const leadEmail = (index: number): string => `lead${index}@firm${index}.example`;
export const contactEmail = (index: number): string => `contact${index}@house${index}.example`;

/** A number for each record, and a record for each number. */
function recordsBy(
  idOf: (index: number) => string,
  record: (index: number) => Record<string, unknown>,
): Record<string, Record<string, unknown>> {
  const indexes = Array.from({ length: recordCount }, (_, index) => index);
  return Object.fromEntries(indexes.map((index) => [idOf(index), record(index)]));
}

const leads = recordsBy(leadId, (index) => ({
  FirstName: 'Lead',
  LastName: `Number${index}`,
  Email: leadEmail(index),
  Company: `Firm ${index}`,
  Country: 'Spain',
  NumberOfEmployees: 40,
  OwnerId: '005000000000011AAA',
  IsConverted: false,
  CreatedDate: '2026-02-20T08:00:00Z',
  LastModifiedDate: '2026-03-02T08:00:00Z',
}));
const contacts = recordsBy(contactId, (index) => ({
  firstname: 'Contact',
  lastname: `Number${index}`,
  email: contactEmail(index),
  company: `House ${index}`,
  country: 'Spain',
  numemployees: '40',
  hubspot_owner_id: '801',
  createdate: '2026-02-20T08:00:00Z',
  lastmodifieddate: '2026-03-02T08:00:00Z',
}));

/** The whole program before its stand-ins, with time-outs that pass quickly. */
export function startCaseBench(options: { database?: TestDatabase } = {}): Promise<AgentBench> {
  return startAgentBench({
    ...options,
    patch: { salesforce: { leads }, hubspot: { contacts } },
    vendorTimeoutMs: timeoutMs,
    teamsPace: { shortestMs: 20, longestMs: 50 },
  });
}

/** What is left to do although nothing is: leases, messages that were not sent, intents without an end, jobs. */
export async function leftoversOf({ db, jobs }: AgentBench): Promise<string[]> {
  const { rows } = await sql<{ what: string; count: number }>`
    select 'leased requests' as what, count(*)::int as count from requests where lease_until > now()
    union all
    select 'unsent messages', count(*)::int from messages
    where direction = 'out' and sent_at is null and undeliverable is null
    union all
    select 'open intents', count(*)::int from intents where state = 'planned'`.execute(db.kysely);
  const stored = rows.filter(({ count }) => count > 0).map(({ what, count }) => `${count} ${what}`);
  const pending = Object.entries(await jobs.pending()).flatMap(([queue, { ready, active, retrying }]) =>
    ready + active + retrying > 0 ? [`${ready + active + retrying} jobs of ${queue}`] : [],
  );
  return [...stored, ...pending];
}
