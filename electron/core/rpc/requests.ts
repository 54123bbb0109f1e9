import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import type { Cache, OutboxEntry, Viewer } from '../cache/cache.ts';
import type { Desk } from '../desk.ts';
import { whyMayNotDecide } from '../policy/approver.ts';
import type { Clock } from '../ports.ts';
import { decisionEntry } from '../sync/decision-entry.ts';
import type { DeskSync } from '../sync/desk-sync.ts';
import type { Sent } from '../sync/push.ts';
import { implementation } from './implementation.ts';

export interface RequestHandlerOptions {
  cache: Cache;
  sync: DeskSync;
  clock: Clock;
  /** An attachment's content, which only the store has. Throws `store_unreachable` where that is away. */
  readAttachment: (
    attachmentId: string,
  ) => Promise<
    { name: string; media_type: string; content: Buffer | null; problem: string | null } | undefined
  >;
}

/** How long a console waits to hear whether something stands, where the store is there to say so. */
const answerWithinMs = 2_000;

const missing = (requestId: string) =>
  new AppError('not_found', `There is no request ${requestId}. Check the number, or look in the queue.`);

function mayNotDecideBecause(
  request: RequestRow,
  { actor, hasDecided }: { actor: Person; hasDecided: boolean },
): string | null {
  if (hasDecided) return 'What you decided waits to be sent. Withdraw it to decide otherwise.';
  if (request.has_pending_decision) return 'It is decided; the agent is applying the decision.';
  if (request.status !== 'Escalated') return `It is ${request.status}: there is nothing to decide.`;
  const { requester, approver, delegate } = request;
  return whyMayNotDecide({ actor, requester, approver, delegate });
}

export function requestHandlers({ cache, sync, clock, readAttachment }: RequestHandlerOptions) {
  async function rowOf(requestId: string, viewer: Viewer): Promise<RequestRow> {
    const row = await cache.row(requestId, viewer);
    if (!row) throw missing(requestId);
    return row;
  }

  /** An entry of the outbox in the name of whoever sits at the desk. */
  async function entryOf(
    desk: Desk,
    entry: Pick<OutboxEntry, 'kind' | 'requestId' | 'summary' | 'seen'> & { key: string; input: unknown },
  ): Promise<OutboxEntry> {
    const { email } = await desk.person();
    return {
      entryId: entry.key,
      kind: entry.kind,
      author: email,
      requestId: entry.requestId,
      summary: entry.summary,
      payload: JSON.stringify(entry.input),
      seen: entry.seen,
      createdAt: clock.now().toISOString(),
    };
  }

  /** Keeps and sends an entry. Throws what the store says against it, where it says so while its author looks on. */
  async function send(entry: OutboxEntry): Promise<Exclude<Sent, { state: 'returned' }>> {
    const sent = await sync.send(entry, answerWithinMs);
    if (sent.state !== 'returned') return sent;
    // They hear of it here and now, so it need not wait for them in the outbox.
    await sync.dismiss(entry.entryId);
    throw sent.error;
  }

  return {
    list: implementation.requests.list.handler(async ({ input, context }) =>
      cache.list(input, await context.desk.viewer()),
    ),
    counts: implementation.requests.counts.handler(async ({ context }) =>
      cache.counts(await context.desk.viewer()),
    ),
    get: implementation.requests.get.handler(async ({ input, context }) => {
      const me = await context.desk.person();
      const detail = await cache.detail(input.requestId, await context.desk.viewer());
      if (!detail) throw missing(input.requestId);
      // The outbox is read only for a request of which something waits there: it may be long.
      const hasDecided =
        detail.request.waits_to_be_sent &&
        (await cache.items()).some(
          ({ kind, request_id, state }) =>
            kind === 'decision' && request_id === input.requestId && state !== 'returned',
        );
      const because = mayNotDecideBecause(detail.request, { actor: me, hasDecided });
      return { ...detail, mayDecide: because === null, mayNotDecideBecause: because };
    }),
    attachment: implementation.requests.attachment.handler(async ({ input }) => {
      const found = await readAttachment(input.attachmentId);
      if (!found) throw new AppError('not_found', 'There is no such attachment.');
      if (!found.content)
        throw new AppError(
          'not_found',
          found.problem ?? `${found.name} stayed in the chat it was sent in. Open it there.`,
        );
      return { name: found.name, mediaType: found.media_type, content: found.content.toString('base64') };
    }),
    submit: implementation.requests.submit.handler(async ({ input, context }) => {
      const entry = await entryOf(context.desk, {
        key: input.idempotencyKey,
        kind: 'form',
        requestId: null,
        summary: `New request: ${input.summary.slice(0, 120)}`,
        seen: null,
        input,
      });
      const sent = await send(entry);
      return { requestId: sent.state === 'through' ? sent.requestId : null, entryId: entry.entryId };
    }),
    decide: implementation.requests.decide.handler(async ({ input, context }) => {
      const viewer = await context.desk.viewer();
      const row = await rowOf(input.requestId, viewer);
      const entry = decisionEntry(input, { author: viewer.email, at: clock.now(), row });
      const sent = await send(entry);
      const after = await rowOf(input.requestId, viewer);
      // The store has it; that it is pending comes back through the feed in a moment.
      return sent.state === 'through' ? { ...after, has_pending_decision: true } : after;
    }),
    comment: implementation.requests.comment.handler(async ({ input, context }) => {
      const row = await rowOf(input.requestId, await context.desk.viewer());
      const entry = await entryOf(context.desk, {
        key: input.idempotencyKey,
        kind: 'comment',
        requestId: input.requestId,
        summary: `Comment on ${input.requestId}: ${input.text.slice(0, 120)}`,
        seen: { status: row.status, version: row.version },
        input,
      });
      await send(entry);
      return { entryId: entry.entryId };
    }),
  };
}
