import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import type { FormInput } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import { createRequest } from '../automations/create-request.ts';
import { type IncomingAttachment, maximumAttachmentBytes } from '../store/attachments.ts';
import { requestOfEvent } from '../store/seen-events.ts';
import type { Database } from '../store/tables.ts';
import type { ChatIntakeOptions } from './chat.ts';

function attachmentOf(upload: z.output<typeof FormInput>['attachments'][number]): IncomingAttachment {
  const content = Buffer.from(upload.content, 'base64');
  if (content.byteLength > maximumAttachmentBytes)
    throw new AppError('invalid_input', `${upload.name} is larger than 10 MiB. Attach a smaller file.`);
  return {
    name: upload.name,
    mediaType: upload.mediaType,
    sizeBytes: content.byteLength,
    content,
    url: null,
  };
}

const keysOf = (idempotencyKey: string): string[] => [`form ${idempotencyKey}`];

/** The request that a form with this key became, if it did; waits for a transaction that is storing it. */
export async function requestOfForm(
  tx: Kysely<Database>,
  idempotencyKey: string,
): Promise<string | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`form ${idempotencyKey}`}, 0))`.execute(tx);
  return requestOfEvent(tx, 'form', keysOf(idempotencyKey));
}

/** Takes in a submitted form, once for each idempotency key. Gives the request's id once everything is stored. */
export async function takeInForm(
  { db, jobs, clock }: Omit<ChatIntakeOptions, 'log'>,
  form: z.output<typeof FormInput>,
  requester: Pick<Person, 'email' | 'name'>,
): Promise<string> {
  const attachments = form.attachments.map(attachmentOf);
  return db.transaction(async (tx) => {
    const seen = await requestOfForm(tx, form.idempotencyKey);
    if (seen !== undefined) return seen;
    const at = clock.now();
    return createRequest(tx, jobs, {
      source: 'form',
      requester: requester.email,
      requesterName: requester.name,
      text: form.summary,
      targetRecord: form.target_record || null,
      targetSystem: form.target_system === 'unknown' ? null : form.target_system,
      justification: form.business_justification || null,
      priority: form.priority,
      attachments,
      eventKeys: keysOf(form.idempotencyKey),
      at,
    });
  });
}
