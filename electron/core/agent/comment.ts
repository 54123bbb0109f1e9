import type { Kysely } from 'kysely';
import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import { accessOf } from '../../../shared/model/sync.ts';
import { storableText } from '../automations/create-request.ts';
import type { Clock } from '../ports.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import { hasMessage, insertNote } from '../store/messages.ts';
import { holdRequest } from '../store/requests.ts';
import type { Database } from '../store/tables.ts';

export interface Comment {
  requestId: string;
  /** Null where whoever wrote it is not known to us. */
  author: Person | null;
  text: string;
  idempotencyKey: string;
}

const keyOf = (idempotencyKey: string): string => `note ${idempotencyKey}`;

const notYours =
  'You may not comment on this request: only colleagues who work the queue may, and its requester.';

function whyMayNotComment(author: Person | null, requester: string | null): string | null {
  if (!author?.active) return 'Only known, active people may comment. Ask an admin to add you.';
  return accessOf(author) === 'all' || author.email === requester ? null : notYours;
}

/** Whether a comment with this key is stored; waits for a transaction that is storing one on the same request. */
export async function hasComment(
  tx: Kysely<Database>,
  { requestId, idempotencyKey }: Pick<Comment, 'requestId' | 'idempotencyKey'>,
): Promise<boolean> {
  await holdRequest(tx, requestId);
  return hasMessage(tx, keyOf(idempotencyKey));
}

/**
 * Keeps a colleague's comment with a request; nobody outside is sent it, and the agent does not read it. The same key
 * twice counts once. Throws `not_found` for an unknown request, `forbidden` for somebody who may not see it.
 */
export async function addComment(
  { db, clock }: { db: Db; clock: Clock },
  { requestId, author, text, idempotencyKey }: Comment,
): Promise<void> {
  await db.transaction(async (tx) => {
    const request = await holdRequest(tx, requestId);
    if (!request) throw new AppError('not_found', `There is no request ${requestId}. Check the number.`);
    const because = whyMayNotComment(author, request.requester);
    if (because !== null || !author) throw new AppError('forbidden', because ?? notYours);
    if (await hasMessage(tx, keyOf(idempotencyKey))) return;
    const at = clock.now();
    const note = storableText(text);
    await insertNote(
      tx,
      {
        requestId,
        key: keyOf(idempotencyKey),
        author: author.email,
        authorName: author.name,
        text: note,
      },
      at,
    );
    // Once the closing event is written nothing follows it; the comment is kept all the same.
    if (request.isClosed) return;
    const details = { direction: 'note', text: note };
    await appendAudit(
      tx,
      [{ request_id: requestId, actor: author.email, event_type: 'Message', details }],
      at,
    );
  });
}
