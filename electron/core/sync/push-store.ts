import type { z } from 'zod';
import { CommentInput, DecisionInput, FormInput } from '../../../shared/contract/contract.ts';
import { AppError, type ErrorCode, toAppError } from '../../../shared/model/errors.ts';
import type { OutboxItem } from '../../../shared/model/sync.ts';
import { addComment, hasComment } from '../agent/comment.ts';
import { type HumanDecisionOptions, hasDecision, submitDecision } from '../agent/human-decision.ts';
import type { OutboxEntry } from '../cache/cache.ts';
import { requestOfForm, takeInForm } from '../intake/form.ts';
import { type DecisionOutcome, decisionOutcomes, presentState } from '../store/decision-outcomes.ts';
import { findPerson } from '../store/people.ts';

/** What the store says to an entry that was delivered. */
export type Delivery =
  /** It has it, from now or from an earlier delivery. */
  | { kind: 'accepted'; requestId: string }
  /** It does not stand; `now` is how the request is, where it is there. */
  | { kind: 'refused'; error: AppError; now: OutboxItem['now'] };

/** The shared store as the outbox needs it. Every call may fail with `store_unreachable`, its effect done or not. */
export interface PushStore {
  /** However often an entry is delivered, it counts once. Throws what is no answer to the entry itself. */
  deliver(entry: OutboxEntry): Promise<Delivery>;
  /** Whether the store has the entry; waits for a delivery of it that is under way. */
  has(entry: OutboxEntry): Promise<boolean>;
  /** What became of decisions that were accepted, by entry id; one that the store does not know is not in it. */
  outcomes(entryIds: readonly string[]): Promise<Map<string, DecisionOutcome>>;
}

/** Codes that are the store's answer to an entry; whatever else is thrown says nothing about it. */
const answers: ReadonlySet<ErrorCode> = new Set([
  'superseded',
  'forbidden',
  'owner_required',
  'not_found',
  'invalid_input',
]);

/** The payload of an entry, which an older program may have written. */
function payloadOf<Schema extends z.ZodType>(entry: OutboxEntry, schema: Schema): z.output<Schema> {
  const read = schema.safeParse(JSON.parse(entry.payload));
  if (read.success) return read.data;
  throw new AppError(
    'invalid_input',
    `"${entry.summary}" was kept in a form that this version cannot read. Export it, and do it again.`,
    { cause: read.error },
  );
}

/** Delivers in the name of an entry's author. `clock` stamps what is stored: the store's own time, not the desk's. */
export function createPushStore(options: HumanDecisionOptions): PushStore {
  const { db } = options;
  const authorOf = async (entry: OutboxEntry) => (await findPerson(db.kysely, entry.author)) ?? null;

  async function decide(entry: OutboxEntry): Promise<string> {
    const input = payloadOf(entry, DecisionInput);
    await submitDecision(options, {
      ...input,
      idempotencyKey: entry.entryId,
      version: input.version ?? entry.seen?.version ?? null,
      actor: await authorOf(entry),
      actorName: entry.author,
      via: 'queue',
      chat: null,
    });
    return input.requestId;
  }

  async function submit(entry: OutboxEntry): Promise<string> {
    const input = payloadOf(entry, FormInput);
    const requester = (await authorOf(entry)) ?? { email: entry.author, name: entry.author };
    return takeInForm(options, { ...input, idempotencyKey: entry.entryId }, requester);
  }

  async function comment(entry: OutboxEntry): Promise<string> {
    const { requestId, text } = payloadOf(entry, CommentInput);
    await addComment(options, {
      requestId,
      text,
      author: await authorOf(entry),
      idempotencyKey: entry.entryId,
    });
    return requestId;
  }

  const deliverByKind = { decision: decide, form: submit, comment };

  return {
    async deliver(entry) {
      try {
        return { kind: 'accepted', requestId: await deliverByKind[entry.kind](entry) };
      } catch (thrown) {
        const error = toAppError(thrown);
        if (!answers.has(error.code)) throw thrown;
        const now = entry.requestId === null ? null : await presentState(db.kysely, entry.requestId);
        return { kind: 'refused', error, now };
      }
    },
    has: ({ entryId, kind, requestId }) =>
      db.transaction(async (tx) => {
        if (kind === 'form' || requestId === null) return (await requestOfForm(tx, entryId)) !== undefined;
        const isStored = kind === 'decision' ? hasDecision : hasComment;
        return isStored(tx, { requestId, idempotencyKey: entryId });
      }),
    outcomes: (entryIds) => decisionOutcomes(db.kysely, entryIds),
  };
}
