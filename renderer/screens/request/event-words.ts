import { z } from 'zod';
import type { AuditEvent, AuditEventType } from '../../../shared/model/audit.ts';
import { CrmSystem } from '../../../shared/model/lead.ts';
import type { Tone } from '../../components/badges.tsx';
import { label, systemLabels } from '../../components/words.ts';

/** A call to a vendor, as the audit log keeps it. */
const ToolCallDetails = z.object({
  tool: z.string(),
  system: z.string(),
  outcome: z.enum(['ok', 'failed']),
  result: z.string(),
  tries: z.number().default(1),
  durationMs: z.number().nullable().default(null),
});

const toneOf: Record<AuditEventType, Tone> = {
  Message: 'grey',
  'Tool Call': 'grey',
  Decision: 'blue',
  Escalation: 'violet',
  Approval: 'green',
  Rejection: 'red',
  Closure: 'grey',
};

export interface EventWords {
  tone: Tone;
  /** One line, or empty where the type says it all. */
  line: string;
  /** How long a call took, in milliseconds. */
  ms: number | null;
}

/** Of several details that are text, the first of these says most. */
const tellingDetails: Partial<Record<AuditEventType, readonly string[]>> = {
  Message: ['text', 'because'],
  Decision: ['rationale', 'reason'],
  Escalation: ['reason'],
  Approval: ['note', 'because', 'owner', 'action'],
  Rejection: ['note', 'because', 'action'],
  Closure: ['decision', 'status'],
};

/** An audit event as one line for the time line; the whole of its details stays a click away. */
export function eventWords({ event_type, details }: AuditEvent): EventWords {
  if (event_type === 'Tool Call') return toolCallWords(details);
  const told = tellingDetails[event_type]?.map((name) => details[name]).find((value) => isText(value));
  const line = isText(told) ? told : '';
  return { tone: toneOf[event_type], line: isCode(line) ? label(line) : line, ms: null };
}

function toolCallWords(details: AuditEvent['details']): EventWords {
  const parsed = ToolCallDetails.safeParse(details);
  if (!parsed.success) return { tone: 'grey', line: '', ms: null };
  const { tool, system, outcome, result, tries, durationMs } = parsed.data;
  const tried = tries > 1 ? `, ${tries} tries` : '';
  const line = `${systemWords(system)}: ${label(tool).toLowerCase()} → ${result}${tried}`;
  return { tone: outcome === 'ok' ? 'grey' : 'red', line, ms: durationMs };
}

const systemWords = (system: string): string => {
  const crm = CrmSystem.safeParse(system);
  return crm.success ? systemLabels[crm.data] : label(system);
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isCode = (line: string): boolean => /^[a-z]+(_[a-z]+)+$/.test(line);
