import { type ConnectionVariable, connectionVariables } from './catalogue.ts';
import type { SetUpField, SetUpGuide } from './guide.ts';

/** What was entered, variable to value; what was not entered is missing or empty. */
export type EnteredValues = Readonly<Record<string, string | undefined>>;

type Condition = NonNullable<SetUpField['onlyWhen']>;

export const isSecret = ({ kind }: SetUpField): boolean => kind === 'secret' || kind === 'secret file';

/** What holds for a field: what was entered, else what holds by default; empty where neither is there. */
function heldValue(guide: SetUpGuide, variable: string, values: EnteredValues): string {
  const entered = values[variable]?.trim() ?? '';
  return entered === ''
    ? (guide.fields.find((field) => field.variable === variable)?.default ?? '')
    : entered;
}

/** Whether a field or a sign-in counts with these values. */
export function isWanted(
  guide: SetUpGuide,
  condition: Condition | undefined,
  values: EnteredValues,
): boolean {
  return condition === undefined || condition.values.includes(heldValue(guide, condition.variable, values));
}

/** The fields that count with these values, in the guide's order. */
export function wantedFields(guide: SetUpGuide, values: EnteredValues): SetUpField[] {
  return guide.fields.filter(({ onlyWhen }) => isWanted(guide, onlyWhen, values));
}

const isKnown = (variable: string): variable is ConnectionVariable =>
  Object.hasOwn(connectionVariables, variable);

/** What is wrong with a value that is there, as a sentence about its field, or null. */
export function valueProblem({ variable, label }: SetUpField, value: string): string | null {
  if (!isKnown(variable)) return null;
  const parsed = connectionVariables[variable].safeParse(value);
  const message = parsed.success ? undefined : parsed.error.issues[0]?.message;
  if (message === undefined) return null;
  // One that names the part of a list that is wrong stands by itself.
  return message.startsWith('"') ? `${message}.` : `${label} ${message}.`;
}

export interface EnteredDraft {
  values: EnteredValues;
  /** The variables whose secret is kept from before; a kept one need not be entered again. */
  keptSecrets: readonly string[];
}

/** What keeps these values from being used, variable to a sentence, for the fields that count. */
export function draftProblems(
  guide: SetUpGuide,
  { values, keptSecrets }: EnteredDraft,
): Record<string, string> {
  const problems = wantedFields(guide, values).flatMap((field) => {
    const { variable, label, isRequired } = field;
    const value = values[variable];
    const isLeftAsKept = value === undefined && keptSecrets.includes(variable);
    if (isLeftAsKept) return [];
    if (value === undefined || value.trim() === '')
      return isRequired && field.default === undefined ? [[variable, `${label} is needed.`]] : [];
    const problem = valueProblem(field, value);
    return problem === null ? [] : [[variable, problem]];
  });
  return Object.fromEntries(problems);
}
