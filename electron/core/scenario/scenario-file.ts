import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Duration } from 'luxon';
import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import { priorities } from '../../../shared/model/request.ts';
import { faultSystems, scenarioFaultKinds } from '../sandbox/faults.ts';
import { readWorld, type World } from '../sandbox/world.ts';

const actions = ['approve', 'reject', 'return'] as const;
const name = z.string().min(1);
const optionalText = z.string().nullish();

const chatMessage = z.strictObject({
  user: name,
  channel: name,
  text: z.string(),
  as: name.optional(),
  event_id: name.optional(),
  deliveries: z.number().int().min(1).max(50).default(1),
});
const chatReply = z.strictObject({ to: name, user: name, text: z.string() });
const patch = z.strictObject({ record: name, fields: z.record(z.string(), z.unknown()) });
const desk = z.strictObject({ desk: name.default('desk-1') });

/** The fields of each kind of step. */
const stepFields = {
  slack_message: chatMessage,
  slack_reply: chatReply,
  slack_action: z.strictObject({
    request: name,
    user: name,
    action: z.enum(actions),
    owner: optionalText,
    note: optionalText,
  }),
  teams_message: chatMessage,
  teams_reply: chatReply,
  form: z.strictObject({
    user: name,
    summary: z.string(),
    target_record: z.string().nullish(),
    business_justification: z.string().nullish(),
    priority: z.enum(priorities).nullish(),
    as: name.optional(),
  }),
  queue: z.strictObject({
    desk: name.default('desk-1'),
    user: name,
    request: name,
    action: z.enum(actions),
    owner: optionalText,
    note: optionalText,
  }),
  offline: desk,
  online: desk,
  salesforce_patch: patch,
  hubspot_patch: patch,
  fault: z.strictObject({
    system: z.enum(faultSystems),
    kind: z.enum(scenarioFaultKinds),
    times: z.number().int().min(1).default(1),
  }),
  crash_runner: z.strictObject({ at: z.enum(['before_write', 'after_write', 'after_audit']) }),
  advance: z.string().transform((text, context) => {
    const duration = Duration.fromISO(text);
    if (duration.isValid && duration.toMillis() >= 0) return duration.toMillis();
    context.addIssue({ code: 'custom', message: `"${text}" is no ISO 8601 duration such as PT4H` });
    return z.NEVER;
  }),
} as const;

type StepName = keyof typeof stepFields;
export type StepOf<Name extends StepName> = z.output<(typeof stepFields)[Name]>;
export type Step = { [Name in StepName]: { kind: Name; fields: StepOf<Name> } }[StepName];

export interface Scenario {
  name: string;
  world: World;
  steps: Step[];
  /** Null where the file expects nothing. */
  expect: Record<string, unknown> | null;
}

const ScenarioFile = z.strictObject({
  name: name,
  world: name,
  patch: z.record(z.string(), z.unknown()).default({}),
  steps: z.array(z.record(z.string(), z.unknown())),
  expect: z.record(z.string(), z.unknown()).optional(),
});

function readStep(raw: Record<string, unknown>, number: number): Step {
  const problem = (what: string) => new AppError('invalid_input', `Step ${number}: ${what}`);
  const [kind, ...others] = Object.keys(raw);
  const known = Object.keys(stepFields);
  if (kind === undefined || others.length > 0)
    throw problem(`a step has one key, which says what happens: ${known.join(', ')}.`);
  if (!known.includes(kind)) throw problem(`"${kind}" is no step. Use one of ${known.join(', ')}.`);
  const stepName = kind as StepName;
  const parsed = stepFields[stepName].safeParse(raw[kind]);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      ({ path: at, message }) => `${[kind, ...at].join('.')}: ${message}`,
    );
    throw problem(issues.join('; '));
  }
  return { kind: stepName, fields: parsed.data } as Step;
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    throw new AppError('invalid_input', `The scenario ${file} cannot be read. Check the path.`, {
      cause: thrown,
    });
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('invalid_input', `${file} is not JSON: ${detail}`, { cause: thrown });
  }
}

/** Reads a scenario and its world. Throws `invalid_input` that names the file, the place in it and what is allowed. */
export async function readScenario(file: string): Promise<Scenario> {
  const json = await readJson(file);
  const parsed = ScenarioFile.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      ({ path: at, message }) => `${at.join('.') || 'file'}: ${message}`,
    );
    throw new AppError('invalid_input', `${file} is no scenario. ${issues.join('; ')}`);
  }
  const { data } = parsed;
  try {
    return {
      name: data.name,
      world: await readWorld(path.resolve(path.dirname(file), data.world), data.patch),
      steps: data.steps.map((step, index) => readStep(step, index + 1)),
      expect: data.expect ?? null,
    };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    throw new AppError(thrown.code, `${file}: ${thrown.message}`, { cause: thrown });
  }
}
