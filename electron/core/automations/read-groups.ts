import { isRefusal, withRetries } from '../connectors/retry.ts';
import { isAnyGroupNamed, keepGroups } from '../store/approver-groups.ts';
import type { ChatWork } from './chat-work.ts';
import type { Queues } from './queues.ts';

/**
 * Reads who is in the groups of a chat, where a group is named as approver at all. What was read last holds until the
 * chat can be read again; a refusal is logged, because the escalation then goes to the delegate.
 */
export async function readGroups(
  { db, chats, clock, log }: Omit<ChatWork, 'jobs'>,
  { source }: Queues['read-groups'],
  signal: AbortSignal,
): Promise<void> {
  const list = chats[source]?.listGroups;
  if (!list || !(await isAnyGroupNamed(db.kysely))) return;
  const tried = await withRetries(() => list({ signal }), { clock, signal });
  if (tried.isOk) {
    await db.transaction((tx) => keepGroups(tx, { source, groups: tried.value, at: clock.now() }));
    return;
  }
  if (!isRefusal(tried.error)) throw tried.error;
  log.error(
    { source, code: tried.error.code },
    `The groups that approve cannot be read: ${tried.error.message}`,
  );
}
