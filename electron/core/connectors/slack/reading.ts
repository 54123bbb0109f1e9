import type { z } from 'zod';
import type { ChatEvent } from '../connector.ts';
import type { ButtonValue, FormKind } from './blocks.ts';
import type { ReportContext } from './report-form.ts';

/** What the app knows of itself and where it listens. */
export interface Listening {
  botUserId: string;
  /** Channel ids in which every message counts. */
  channels: ReadonlySet<string>;
}

/** A press that asks for more before it is a decision. */
export interface FormRequest {
  form: FormKind;
  value: ButtonValue;
  triggerId: string;
  channel: string | null;
  message: string | null;
}

/** Somebody wants the form for a routing error. */
export interface ReportRequest {
  context: ReportContext;
  /** What the message says that it was called on. */
  words: string;
  triggerId: string;
}

/** What an envelope says. `unreadable` is of no form that Slack documents; `ignored` is none of the app's business. */
export type Reading =
  | { kind: 'event'; event: ChatEvent }
  | { kind: 'home opened'; user: string }
  | { kind: 'groups changed' }
  | { kind: 'decision form'; request: FormRequest }
  | { kind: 'report form'; request: ReportRequest }
  | { kind: 'form errors'; errors: Record<string, string> }
  | { kind: 'ignored' }
  | { kind: 'unreadable'; problem: string };

export const ignored: Reading = { kind: 'ignored' };

export function unreadable(what: string, error: z.ZodError): Reading {
  const [issue] = error.issues;
  const where = issue === undefined ? '' : `: ${issue.path.join('.') || 'payload'}: ${issue.message}`;
  return { kind: 'unreadable', problem: `Slack sent ${what} of an unknown form${where}. It was skipped.` };
}
