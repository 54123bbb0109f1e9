import { withoutEditMark } from '../../../shared/model/edited-text.ts';
import type { CrmSystem } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { Queues } from '../automations/queues.ts';
import type { ChatConnector } from '../connectors/connector.ts';
import type { Clock, Log } from '../ports.ts';
import type { Db } from '../store/db.ts';
import type { Jobs } from '../store/jobs.ts';
import type { LeasedCase, MessageRecord } from '../store/requests.ts';
import { emptyCase } from './case-file.ts';
import type { CrashPoint, CrmWriter } from './crm-writer.ts';
import type { SpokenMessage } from './language/reader.ts';
import type { Found, Ground } from './outcome.ts';
import type { ToolRunner, Trail } from './tools.ts';

/** What every run works with. */
export interface RunParts {
  db: Db;
  jobs: Pick<Jobs<Queues>, 'enqueue'>;
  tools: ToolRunner;
  writer: CrmWriter;
  chats: Partial<Record<'slack' | 'teams', ChatConnector>>;
  /** The CRMs that are connected at the moment. */
  crms: () => readonly CrmSystem[];
  clock: Clock;
  log: Log;
  /** The organisation's zone. */
  timeZone: string;
  crashPoint: (point: CrashPoint) => void;
}

/** One run of the agent on a request that it has the lease of. */
export interface Run {
  parts: RunParts;
  leased: LeasedCase;
  requester: Person | null;
  ground: Ground;
  trail: Trail;
  signal: AbortSignal;
  /** Ordinal of the last message that this run has read. */
  readThrough: number;
}

/** How often a case is judged, or an approval checked, anew because the record changed under the agent's hands. */
export const maximumJudgements = 3;

/** What was said, in order; of a message that was edited, what it says now. */
export function spokenIn(messages: readonly MessageRecord[]): SpokenMessage[] {
  const nameOf = ({ place, message_id: id }: MessageRecord) =>
    place === null ? id : `${place.channel} ${place.message}`;
  const latest = new Map(messages.map((message) => [nameOf(message), message]));
  return messages
    .filter((message) => latest.get(nameOf(message)) === message)
    .map(({ author, text }) => ({ author, text: withoutEditMark(text) }));
}

/** What was found before, for an outcome that rests on no new judgement. */
export function foundSoFar({ leased }: Run): Found {
  const { request } = leased;
  return {
    priority: request.priority,
    rationale: request.rationale ?? '',
    caseFile: request.case_file ?? emptyCase,
    policy: request.policy,
    rule: request.rule,
    leadLabel: request.lead_label,
  };
}
