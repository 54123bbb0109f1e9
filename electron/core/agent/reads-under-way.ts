import { AppError } from '../../../shared/model/errors.ts';
import { crmNames } from '../routing/facts.ts';
import type { AnyToolAnswer, AnyToolCall } from './tool-calls.ts';

/** How long a case waits in all for what it can be decided without, in milliseconds. */
export interface ContextBudget {
  /** For one system. */
  systemMs: number;
  /** For all of them. */
  caseMs: number;
}

export const contextBudget: ContextBudget = { systemMs: 8_000, caseMs: 20_000 };

/** What a case has waited so far for what it can be decided without, in milliseconds by system. */
export type Patience = Map<string, number>;

/** The reads that one part of the workflow has begun. */
export interface ReadsUnderWay {
  /** Begins a read; the ticket is what it is waited for by. */
  begin(call: AnyToolCall): number;
  /** Waits as long as it takes. Throws what the read throws. */
  finish(ticket: number): Promise<AnyToolAnswer>;
  /** Waits for as long as the budget allows; a read that is late answers with a failure, and goes on. */
  finishInTime(ticket: number): Promise<AnyToolAnswer>;
  /** Gives what nobody has waited for the rest of the budget, then gives it up. Resolves when nothing is under way. */
  end(): Promise<void>;
  /** Gives up at once whatever is under way. */
  giveUp(): void;
}

/** How a call learns that nobody waits for it any more. */
export interface CallEnd {
  /** Fires when the run ends or the call is given up. */
  signal: AbortSignal;
  /** Why the call was given up; null where it was not. */
  givenUpBecause(): AppError | null;
}

export interface ReadsUnderWayOptions {
  answer: (call: AnyToolCall, end: CallEnd) => Promise<AnyToolAnswer>;
  /** Fires when the run ends. */
  signal: AbortSignal;
  budget: ContextBudget;
  /** What was waited before; added to. */
  patience: Patience;
  /** Told what came of a read that was waited for as long as it took. */
  onNeeded: (call: AnyToolCall, answer: AnyToolAnswer) => void;
}

interface Read {
  call: AnyToolCall;
  answer: Promise<AnyToolAnswer>;
  isOver: boolean;
}

/** Who is waited for, as the budget counts. */
const systemOf = ({ tool, input }: AnyToolCall): string =>
  'system' in input ? crmNames[input.system] : tool === 'read_policy' ? 'The policy' : 'Switchyard';

/** A paused system keeps nobody waiting who does not need it. */
function unlessPaused(thrown: unknown): AnyToolAnswer {
  if (thrown instanceof AppError && thrown.code === 'paused') return { isOk: false, error: thrown };
  throw thrown;
}

export function createReadsUnderWay(options: ReadsUnderWayOptions): ReadsUnderWay {
  const { answer, budget, patience, onNeeded } = options;
  const reads: Read[] = [];
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);

  const readOf = (ticket: number): Read => {
    const read = reads[ticket];
    if (!read) throw new Error(`No read has the ticket ${ticket}`);
    return read;
  };

  const late = (call: AnyToolCall): AppError => {
    const system = systemOf(call);
    const waitedS = Math.round((patience.get(system) ?? 0) / 100) / 10;
    const words = waitedS === 0 ? 'had not answered by then.' : `did not answer within ${waitedS} s.`;
    return new AppError('cancelled', `${system} ${words}`);
  };

  function timeLeftMs(system: string): number {
    const waitedInAll = [...patience.values()].reduce((sum, waitedMs) => sum + waitedMs, 0);
    return Math.max(0, Math.min(budget.systemMs - (patience.get(system) ?? 0), budget.caseMs - waitedInAll));
  }

  /** The answer if it comes in time, else null. */
  async function inTime({ call, answer: coming, isOver }: Read): Promise<AnyToolAnswer | null> {
    const system = systemOf(call);
    if (isOver) return coming;
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    // In the machine's own time, as a vendor's time-out is: where sleeping takes no time, what is under way still does.
    const tooLate = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, timeLeftMs(system), null);
    });
    try {
      return await Promise.race([coming, tooLate]);
    } finally {
      clearTimeout(timer);
      patience.set(system, (patience.get(system) ?? 0) + performance.now() - startedAt);
    }
  }

  return {
    begin(call) {
      const givenUpBecause = () => (over.signal.aborted ? late(call) : null);
      const read: Read = { call, answer: answer(call, { signal, givenUpBecause }), isOver: false };
      const isOver = () => {
        read.isOver = true;
      };
      // Thrown where the read is finished; one that nobody finishes throws for nobody.
      read.answer.then(isOver, isOver);
      return reads.push(read) - 1;
    },
    async finish(ticket) {
      const read = readOf(ticket);
      const answered = await read.answer;
      onNeeded(read.call, answered);
      return answered;
    },
    async finishInTime(ticket) {
      const read = readOf(ticket);
      const answered = await inTime(read).catch(unlessPaused);
      return answered ?? { isOk: false, error: late(read.call) };
    },
    async end() {
      for (const read of reads) if (!read.isOver) await inTime(read).catch(() => undefined);
      const open = reads.filter(({ isOver }) => !isOver);
      if (open.length === 0) return;
      over.abort();
      await Promise.allSettled(open.map((read) => read.answer));
    },
    giveUp: () => over.abort(),
  };
}
