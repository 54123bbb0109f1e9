import canonicalize from 'canonicalize';
import { z } from 'zod';
import { auditEventTypes } from '../../../shared/model/audit.ts';
import { Email } from '../../../shared/model/person.ts';
import { decisions, priorities, statuses } from '../../../shared/model/request.ts';

const shown = (input: unknown): string => {
  if (typeof input !== 'string' || input === '') return 'is empty';
  return `is ${JSON.stringify(input.length > 60 ? `${input.slice(0, 59)}…` : input)}`;
};
const isWrong =
  (advice: string) =>
  ({ input }: { input?: unknown }): string =>
    `${shown(input)}. ${advice}`;

const text = (advice: string) => z.string({ error: isWrong(advice) });
const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: isWrong(`Allowed are: ${values.join(', ')}.`) });
/** An empty choice, person or time is none, quoted or not. */
const orNone = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((cell) => (cell === '' ? null : cell), schema.nullable());

/** Both tables have it as their key; an index takes no more than this. */
const Id = (example: string) =>
  text(`It must be an id such as ${example}.`)
    .min(1, { error: isWrong(`It must be an id such as ${example}.`) })
    .max(200, { error: isWrong('An id has at most 200 characters.') });

/** Kept to the millisecond, in UTC. */
const Instant = z.iso
  .datetime({
    offset: true,
    error: isWrong('It must be a time with its zone, such as 2026-05-18T09:15:00.000Z.'),
  })
  .transform((time) => new Date(time).toISOString());

const Requester = Email.max(320, 'is longer than an e-mail address can be (320 characters)');

/** A row of the requests as a file gives it. */
export const RequestContent = z.object({
  request_id: Id('REV-1048'),
  requester: orNone(Requester),
  summary: text('It must be a text.'),
  target_record: z.string().nullable(),
  status: oneOf(statuses),
  priority: oneOf(priorities),
  decision: orNone(oneOf(decisions)),
  rationale: z.string().nullable(),
  created_at: Instant,
  closed_at: orNone(Instant),
});
export type RequestContent = z.infer<typeof RequestContent>;

/** What the audit log can chain: a JSON object that has a canonical form. */
function isChainable(details: string): boolean {
  try {
    const value: unknown = JSON.parse(details);
    return typeof value === 'object' && !Array.isArray(value) && value !== null && canonicalize(value) !== '';
  } catch {
    return false;
  }
}

/** A row of the audit log as a file gives it; the JSON of its details as written. */
export const AuditContent = z.object({
  event_id: Id('EVT-2048'),
  request_id: Id('REV-1048'),
  actor: text('It must be a name.').min(1, { error: isWrong('It must be a name.') }),
  event_type: oneOf(auditEventTypes),
  details: text('It must be a JSON object.').refine(isChainable, {
    error: isWrong('It must be a JSON object, such as {"reason":"…"}.'),
  }),
  created_at: Instant,
});
export type AuditContent = z.infer<typeof AuditContent>;
