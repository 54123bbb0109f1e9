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

/** Scheme, host and port. */
const originOf = (address: string): string =>
  (/^[a-z]+:\/\/[^/?#]*/i.exec(address)?.[0] ?? address).toLowerCase();

/** Whether secrets that were entered for `before` would be sent to another address with `after`. */
export function sendsSecretsElsewhere(
  guide: SetUpGuide,
  before: EnteredValues,
  after: EnteredValues,
): boolean {
  return guide.fields.some(
    ({ isSecretsTarget, variable }) =>
      isSecretsTarget === true &&
      originOf(heldValue(guide, variable, before)) !== originOf(heldValue(guide, variable, after)),
  );
}

/** What is kept of a system: its values without the secrets, and the variables whose secret is kept. */
export interface KeptSettings {
  values: EnteredValues;
  secrets: readonly string[];
}

/** A draft as far as it counts. */
export interface EnteredSettings {
  /**
   * Variable to what was entered, without blanks around it; a field that is left to its default is not among them. A
   * kept secret that is to be forgotten is empty.
   */
  values: Record<string, string>;
  /** The variables whose kept secret goes on to hold. */
  keptSecrets: string[];
  /** Variable to a sentence; empty where the settings can be used. */
  problems: Record<string, string>;
}

/**
 * Reads a draft beside what is kept. A kept secret that is not in the draft goes on to hold, unless it would be sent to
 * another address than the one it was entered for: then it has to be entered again.
 */
export function readDraft(guide: SetUpGuide, draft: EnteredValues, kept: KeptSettings): EnteredSettings {
  const isElsewhere = sendsSecretsElsewhere(guide, kept.values, draft);
  const wanted = wantedFields(guide, draft);
  const entered = wanted.flatMap(({ variable }) => {
    const value = draft[variable]?.trim();
    const isForgotten = value === '' && kept.secrets.includes(variable);
    return value === undefined || (value === '' && !isForgotten) ? [] : [[variable, value] as const];
  });
  const left = wanted.filter(
    (field) =>
      isSecret(field) && draft[field.variable] === undefined && kept.secrets.includes(field.variable),
  );
  const keptSecrets = isElsewhere ? [] : left.map(({ variable }) => variable);
  const lost = isElsewhere ? left.filter(({ isRequired }) => isRequired) : [];
  return {
    values: Object.fromEntries(entered),
    keptSecrets,
    problems: {
      ...draftProblems(guide, { values: draft, keptSecrets }),
      ...Object.fromEntries(
        lost.map(({ variable, label }) => [
          variable,
          `${label} has to be entered again: the kept one belongs to another address and is not sent to this one.`,
        ]),
      ),
    },
  };
}
