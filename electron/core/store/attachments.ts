import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ChatFile } from '../../../shared/model/chat.ts';
import type { Database } from './tables.ts';

/** As the form takes it, and as a file from a chat is kept. */
export const maximumAttachmentBytes = 10 * 1024 * 1024;

export interface IncomingAttachment {
  name: string;
  mediaType: string;
  sizeBytes: number;
  /** Null where it is still with the chat. */
  content: Buffer | null;
  url: string | null;
  /** By what the chat is asked for it. */
  inChat?: { source: 'slack' | 'teams'; file: ChatFile };
}

/** Stores what was sent with a request or a message, in the caller's transaction. */
export async function insertAttachments(
  db: Kysely<Database>,
  requestId: string,
  attachments: readonly IncomingAttachment[],
  at: Date,
): Promise<void> {
  if (attachments.length === 0) return;
  await db
    .insertInto('attachments')
    .values(
      attachments.map(({ name, mediaType, sizeBytes, content, url, inChat }) => ({
        attachment_id: randomUUID(),
        request_id: requestId,
        name,
        media_type: mediaType,
        size_bytes: sizeBytes,
        content,
        url,
        created_at: at.toISOString(),
        source: inChat?.source ?? null,
        chat_file: inChat ? JSON.stringify(inChat.file) : null,
      })),
    )
    .execute();
}

export interface UnfetchedFile {
  attachmentId: string;
  source: 'slack' | 'teams';
  file: ChatFile;
}

/** The files of a request that its chat has not been asked for, or has not given yet. */
export async function listUnfetched(db: Kysely<Database>, requestId: string): Promise<UnfetchedFile[]> {
  const rows = await db
    .selectFrom('attachments')
    .select(['attachment_id', 'source', 'chat_file'])
    .where('request_id', '=', requestId)
    .where('content', 'is', null)
    .where('problem', 'is', null)
    .where('chat_file', 'is not', null)
    .orderBy('created_at')
    .execute();
  return rows.flatMap(({ attachment_id: attachmentId, source, chat_file: file }) =>
    source === null || file === null ? [] : [{ attachmentId, source, file }],
  );
}

/** Keeps a file's content, or why it cannot be had. False where somebody else did so before. */
export async function settleAttachment(
  db: Kysely<Database>,
  attachmentId: string,
  outcome: { content: Buffer } | { problem: string },
): Promise<boolean> {
  const settled = await db
    .updateTable('attachments')
    .set('content' in outcome ? { ...outcome, size_bytes: outcome.content.byteLength } : outcome)
    .where('attachment_id', '=', attachmentId)
    .where('content', 'is', null)
    .where('problem', 'is', null)
    .returning('attachment_id')
    .executeTakeFirst();
  return settled !== undefined;
}

/** An attachment with its content; where there is none, the problem says why if that is known. */
export function readAttachment(
  db: Kysely<Database>,
  attachmentId: string,
): Promise<{ name: string; media_type: string; content: Buffer | null; problem: string | null } | undefined> {
  return db
    .selectFrom('attachments')
    .select(['name', 'media_type', 'content', 'problem'])
    .where('attachment_id', '=', attachmentId)
    .executeTakeFirst();
}
