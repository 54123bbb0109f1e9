import { agentName } from '../../../shared/model/request.ts';
import { isRefusal, withRetries } from '../connectors/retry.ts';
import {
  listUnfetched,
  maximumAttachmentBytes,
  settleAttachment,
  type UnfetchedFile,
} from '../store/attachments.ts';
import { appendAudit } from '../store/audit.ts';
import { insertNote } from '../store/messages.ts';
import { holdRequest } from '../store/requests.ts';
import type { ChatWork } from './chat-work.ts';

type Fetched = { content: Buffer } | { problem: string };

/**
 * Fetches the files of a request from the chat that they came in. One that cannot be had is told in the conversation,
 * and the case goes on without it; where the chat cannot be reached this throws, and the rest is tried again later.
 */
export async function fetchFiles(
  options: Pick<ChatWork, 'db' | 'chats' | 'clock'>,
  requestId: string,
  signal: AbortSignal,
): Promise<void> {
  for (const unfetched of await listUnfetched(options.db.kysely, requestId)) {
    const outcome = await fetchFile(options, unfetched, signal);
    if (outcome !== null) await keep(options, { requestId, unfetched, outcome });
  }
}

/** Null where nothing can be said yet: the chat is not connected, or leaves its files where they are. */
async function fetchFile(
  { chats, clock }: Pick<ChatWork, 'chats' | 'clock'>,
  { source, file }: UnfetchedFile,
  signal: AbortSignal,
): Promise<Fetched | null> {
  const chat = chats[source];
  if (!chat?.readFile) return null;
  if (file.sizeBytes > maximumAttachmentBytes)
    return {
      problem: `The file ${file.name} is larger than 10 MiB and was not fetched. It is still in the chat.`,
    };
  const { readFile } = chat;
  const tried = await withRetries(() => readFile(file, { maximumBytes: maximumAttachmentBytes, signal }), {
    clock,
    signal,
  });
  if (tried.isOk) return { content: tried.value };
  if (isRefusal(tried.error)) return { problem: tried.error.message };
  throw tried.error;
}

async function keep(
  { db, clock }: Pick<ChatWork, 'db' | 'clock'>,
  { requestId, unfetched, outcome }: { requestId: string; unfetched: UnfetchedFile; outcome: Fetched },
): Promise<void> {
  const { attachmentId, source } = unfetched;
  const at = clock.now();
  await db.transaction(async (tx) => {
    const request = await holdRequest(tx, requestId);
    if (!(await settleAttachment(tx, attachmentId, outcome)) || !('problem' in outcome)) return;
    const key = `${requestId}:file:${attachmentId}`;
    const text = outcome.problem;
    await insertNote(tx, { requestId, key, author: agentName, authorName: 'Switchyard', text }, at);
    if (request?.isClosed) return;
    const details = { direction: 'note', source, file: unfetched.file.name, text };
    await appendAudit(tx, [{ request_id: requestId, actor: agentName, event_type: 'Message', details }], at);
  });
}
