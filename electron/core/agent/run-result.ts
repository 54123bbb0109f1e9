import type { CrmSystem } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type {
  Candidate,
  CaseFile,
  EscalationReason,
  Priority,
  RecordRef,
  Source,
} from '../../../shared/model/request.ts';
import type { Responsible } from '../policy/approver.ts';
import type { Situation } from '../policy/situation.ts';
import type { SpokenMessage } from './language/reader.ts';

/** What a run knows before it reads anything. */
export interface RunInput {
  now: Date;
  /** The organisation's zone. */
  timeZone: string;
  crms: readonly CrmSystem[];
  people: readonly Person[];
  requester: Person | null;
  request: {
    source: Source;
    targetRecord: string | null;
    chosenPriority: Priority | null;
    /** Candidates that the requester was shown in an earlier run. */
    candidates: readonly Candidate[];
    /** The approver who returned the case, to whom it goes again. */
    earlierApprover: string | null;
    /** The lead of the closed request that this one follows: meant where the words speak of routing and name none. */
    earlierLead?: RecordRef | null;
  };
  /** What came in, oldest first. */
  messages: readonly SpokenMessage[];
}

/** What all results of a run carry. */
export interface Common {
  priority: Priority;
  rationale: string;
  caseFile: CaseFile;
  /** `id@version` of the pages quoted. */
  policy: string[];
  rule: string | null;
  leadLabel: string | null;
}

export type RunResult = Common &
  (
    | { kind: 'withdraw' }
    | { kind: 'reject'; reason: 'unauthenticated' | 'out_of_scope'; reply: string }
    | { kind: 'wait'; reason: 'lead_not_named' | 'lead_not_found' | 'lead_ambiguous'; reply: string }
    | { kind: 'complete'; owner: string | null; step: number }
    | { kind: 'escalate'; reason: EscalationReason; responsible: Responsible | null }
    | {
        kind: 'change';
        /** E-mail of the new owner; null until the pool's turn is taken. */
        owner: string | null;
        pool: string | null;
        situation: Situation;
      }
  );
