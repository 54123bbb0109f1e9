import type { Kysely } from 'kysely';
import type { Database } from './tables.ts';

/** An attachment with its content; the content is null where the file stayed with the vendor. */
export function readAttachment(
  db: Kysely<Database>,
  attachmentId: string,
): Promise<{ name: string; media_type: string; content: Buffer | null } | undefined> {
  return db
    .selectFrom('attachments')
    .select(['name', 'media_type', 'content'])
    .where('attachment_id', '=', attachmentId)
    .executeTakeFirst();
}
