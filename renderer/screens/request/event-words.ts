import { z } from 'zod';
import type { AuditEvent, AuditEventType } from '../../../shared/model/audit.ts';
import type { Tone } from '../../components/badges.tsx';
import { label, systemLabels } from '../../components/words.ts';

/** What a Tool Call event says of the call; further details are shown as they are. */
const ToolCallDetails = z.looseObject({
  system: z.string().optional(),
  what: z.string().optional(),
  ms: z.number().optional(),
  result: z.string().optional(),
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

const textKeys = ['text', 'rationale', 'reason', 'question', 'note', 'what', 'result', 'outcome', 'status'];

/** An audit event as one line for the time line; the whole of its details stays a click away. */
export function eventWords(event: AuditEvent): EventWords {
  const tone = toneOf[event.event_type];
  if (event.event_type === 'Tool Call') {
    const { system, what, ms, result } = ToolCallDetails.catch({}).parse(event.details);
    const where = system ? (systemLabels[system as keyof typeof systemLabels] ?? label(system)) : '';
    const call = [where, what && label(what).toLowerCase()].filter(Boolean).join(': ');
    return { tone, line: result ? `${call} → ${result}` : call, ms: ms ?? null };
  }
  const found = textKeys.map((key) => event.details[key]).find((value) => typeof value === 'string');
  const line = typeof found === 'string' ? found : '';
  return { tone, line: /^[a-z]+(_[a-z]+)+$/.test(line) ? label(line) : line, ms: null };
}
