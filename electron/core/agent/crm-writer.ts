import { AppError } from '../../../shared/model/errors.ts';
import type { CrmRecord } from '../../../shared/model/lead.ts';
import { maximumTries } from '../connectors/retry.ts';
import type { Clock } from '../ports.ts';
import { recordTitle } from '../routing/facts.ts';
import type { Intent } from '../store/requests.ts';
import type { ToolRunner, Trail } from './tools.ts';

/** What became of one write, once the record was read back. */
export type Written =
  | { kind: 'done' }
  /** Somebody else changed the record first; nothing was written. */
  | { kind: 'changed' }
  /**
   * The CRM refused, or does not show what it accepted; in words for a person. `isAccepted` where it took the change
   * and could only not be asked again.
   */
  | { kind: 'failed'; problem: string; isAccepted: boolean };

/** The points at which a scenario may kill the process. */
export type CrashPoint = 'before_write' | 'after_write' | 'after_audit';

export interface CrmWriterOptions {
  tools: ToolRunner;
  clock: Clock;
  crashPoint: (point: CrashPoint) => void;
}

export interface CrmWriter {
  /** Writes an intent's owner, reading the record before every further try, so that it is never written twice. */
  write(intent: Intent, trail: Trail, signal: AbortSignal): Promise<Written>;
  /**
   * Whether an intent of a run that died was carried out: `done`, or `open` where the record still is as it was,
   * or `changed`; a write that was carried out is noted in the trail, which the dead run's went with. Throws the vendor's failure where the record cannot be read.
   */
  lookUp(intent: Intent, trail: Trail, signal: AbortSignal): Promise<'done' | 'open' | 'changed'>;
}

const waitBetweenTriesMs = 500;

const hasOwner = (record: CrmRecord | null, email: string): boolean =>
  record?.owner?.email?.toLowerCase() === email;

const changeWords = (intent: Intent): string =>
  `${intent.record}: ${intent.previous_owner ?? 'nobody'} → ${intent.new_owner}`;

const title = ({ system, record }: Intent): string => recordTitle({ system, id: record });

export function createCrmWriter({ tools, clock, crashPoint }: CrmWriterOptions): CrmWriter {
  const read = (intent: Intent, trail: Trail, signal: AbortSignal) =>
    tools.readRecord({ system: intent.system, id: intent.record }, trail, signal);

  async function confirm(intent: Intent, trail: Trail, signal: AbortSignal): Promise<Written> {
    const back = await read(intent, trail, signal);
    if (!back.isOk)
      return {
        kind: 'failed',
        isAccepted: true,
        problem: `${title(intent)} could not be read back after the change: ${back.error.message}`,
      };
    if (hasOwner(back.value, intent.new_owner)) return { kind: 'done' };
    const owner = back.value?.owner?.email ?? back.value?.owner?.name ?? 'nobody';
    return {
      kind: 'failed',
      isAccepted: false,
      problem: `${title(intent)} was read back with ${owner} as its owner, although the change to ${intent.new_owner} was accepted.`,
    };
  }

  /** After a failure that leaves open whether the write arrived. */
  async function lookAgain(
    intent: Intent,
    trail: Trail,
    signal: AbortSignal,
  ): Promise<'done' | 'open' | 'changed' | AppError> {
    const back = await read(intent, trail, signal);
    if (!back.isOk) return back.error;
    if (hasOwner(back.value, intent.new_owner)) return 'done';
    return back.value?.modifiedAt === intent.stamp ? 'open' : 'changed';
  }

  return {
    async write(intent, trail, signal) {
      const change = {
        system: intent.system,
        id: intent.record,
        ownerId: intent.new_owner_id,
        ifUnmodifiedSince: intent.stamp,
        asked: changeWords(intent),
      };
      for (let tries = 1; ; tries += 1) {
        const tried = await tools.changeOwner(change, trail, signal);
        if (tried.isOk) {
          crashPoint('after_write');
          return confirm(intent, trail, signal);
        }
        const { error } = tried;
        if (error.code === 'record_changed') return { kind: 'changed' };
        if (!error.isRetried) return { kind: 'failed', problem: error.message, isAccepted: false };
        await clock.sleep(error.retryAfterMs ?? waitBetweenTriesMs * tries, signal);
        const state = await lookAgain(intent, trail, signal);
        if (state === 'done') return { kind: 'done' };
        if (state === 'changed') return { kind: 'changed' };
        if (state instanceof AppError || tries >= maximumTries)
          return {
            kind: 'failed',
            problem: (state instanceof AppError ? state : error).message,
            isAccepted: false,
          };
      }
    },
    async lookUp(intent, trail, signal) {
      const state = await lookAgain(intent, trail, signal);
      if (state instanceof AppError) throw state;
      if (state === 'done')
        trail.calls.push({
          tool: 'change_owner',
          system: intent.system,
          asked: changeWords(intent),
          outcome: 'ok',
          result: 'carried out by the run before this one, which was cut off',
          tries: 1,
          durationMs: 0,
        });
      return state;
    },
  };
}
