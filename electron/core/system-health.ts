import type { SystemStatus } from '../../shared/contract/contract.ts';
import type { Connection, RateBudget } from '../../shared/model/connection.ts';
import { type AppError, type ErrorCode, toAppError } from '../../shared/model/errors.ts';
import type { Clock } from './ports.ts';

/** What is known of a system from what it answered. */
export interface Observation extends Pick<Connection, 'lastSuccessAt' | 'lastError' | 'budget'> {
  /** What keeps it from working, after every retry; null where nothing does. */
  problem: string | null;
}

/** What each system's answers said about it. Nothing of it outlasts the program. */
export interface SystemHealth {
  /** What a call showed after every retry, or that it went well (null). */
  note(system: string, problem: string | null): void;
  /** Whether a chat can be listened to. */
  noteListening(system: string, problem: string | null): void;
  /** One answer of the system: what it was asked for, or its refusal of it. */
  noteAnswer(system: string): void;
  /** One call that failed; it may be tried again. */
  noteFailure(system: string, thrown: unknown): void;
  noteBudget(system: string, budget: RateBudget): void;
  /** Shows a system, connected or not; what was known of it is forgotten. */
  begin(system: string, isConnected: boolean): void;
  /** In words; null where it is not paused. */
  notePause(system: string, pause: string | null): void;
  observed(system: string): Observation;
  list(): SystemStatus['systems'];
}

export interface SystemHealthOptions {
  clock: Pick<Clock, 'now'>;
  /** Called when what `list` gives has changed. */
  onChange?: () => void;
  /** Called when anything that is observed has changed; that may be often. */
  onObserved?: () => void;
}

interface SystemRecord extends Omit<Observation, 'problem'> {
  isConnected: boolean;
  callProblem: string | null;
  listeningProblem: string | null;
  pause: string | null;
}

/** With these a system has answered; what it said is no trouble of its own. */
const answers: ReadonlySet<ErrorCode> = new Set([
  'vendor_refused',
  'record_changed',
  'not_found',
  'invalid_input',
]);

/** Whether a failure is an answer of the system, a failure of it, or none of its doing. */
function meaningOf({ code }: AppError): 'answer' | 'failure' | 'nothing' {
  if (answers.has(code)) return 'answer';
  return code === 'cancelled' || code === 'paused' ? 'nothing' : 'failure';
}

const problemOf = ({ callProblem, listeningProblem }: SystemRecord): string | null =>
  listeningProblem ?? callProblem;

const fresh = (isConnected: boolean, pause: string | null): SystemRecord => ({
  isConnected,
  callProblem: null,
  listeningProblem: null,
  pause,
  lastSuccessAt: null,
  lastError: null,
  budget: null,
});

function statusOf(system: string, record: SystemRecord): SystemStatus['systems'][number] {
  const problem = problemOf(record);
  if (!record.isConnected) return { system, state: 'not connected', detail: null };
  if (record.pause !== null) return { system, state: 'paused', detail: record.pause };
  return { system, state: problem === null ? 'ok' : 'trouble', detail: problem };
}

export function createSystemHealth({
  clock,
  onChange = () => undefined,
  onObserved = () => undefined,
}: SystemHealthOptions): SystemHealth {
  const records = new Map<string, SystemRecord>();

  function change(system: string, changed: Partial<SystemRecord>): void {
    const before = records.get(system) ?? fresh(true, null);
    const after = { ...before, ...changed };
    records.set(system, after);
    const [old, now] = [statusOf(system, before), statusOf(system, after)];
    if (old.state !== now.state || old.detail !== now.detail) onChange();
    onObserved();
  }

  const noteAnswer = (system: string): void =>
    change(system, { lastSuccessAt: clock.now().toISOString(), callProblem: null });

  return {
    note(system, problem) {
      const isNew = problem !== null && records.get(system)?.callProblem !== problem;
      const lastError = { at: clock.now().toISOString(), message: problem ?? '' };
      change(system, { callProblem: problem, ...(isNew ? { lastError } : {}) });
    },
    noteListening: (system, problem) =>
      change(system, {
        listeningProblem: problem,
        ...(problem === null
          ? { lastSuccessAt: clock.now().toISOString() }
          : { lastError: { at: clock.now().toISOString(), message: problem } }),
      }),
    noteAnswer,
    noteFailure(system, thrown) {
      const error = toAppError(thrown);
      const meaning = meaningOf(error);
      if (meaning === 'answer') noteAnswer(system);
      if (meaning === 'failure')
        change(system, { lastError: { at: clock.now().toISOString(), message: error.message } });
    },
    noteBudget: (system, budget) => change(system, { budget }),
    begin(system, isConnected) {
      change(system, fresh(isConnected, records.get(system)?.pause ?? null));
    },
    notePause: (system, pause) => change(system, { pause }),
    observed(system) {
      const record = records.get(system) ?? fresh(false, null);
      const { lastSuccessAt, lastError, budget } = record;
      return { lastSuccessAt, lastError, budget, problem: problemOf(record) };
    },
    list: () => [...records].map(([system, record]) => statusOf(system, record)),
  };
}
