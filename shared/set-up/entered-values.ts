import { connectionVariables } from './catalogue.ts';
import type { SetUpField, SetUpGuide } from './guide.ts';

/** Variable to what stands in its field. */
export type EnteredValues = Readonly<Record<string, string>>;

/** What is kept of a system: its values, and the variables whose secret is kept. */
export interface KeptValues {
  values: EnteredValues;
  secrets: readonly string[];
}

/** What was entered, as far as it counts. */
export interface EnteredSettings {
  /** Variable to what was entered, without blanks around it; a field left to its default is not among them. */
  values: Record<string, string>;
  /** The variables whose kept secret goes on to hold. */
  keptSecrets: string[];
  /** Variable to what is wrong with it, to be read after the field's label; empty where all is well. */
  problems: Record<string, string>;
}

const isSecret = ({ kind }: SetUpField): boolean => kind === 'secret' || kind === 'secret file';

const enteredFor = (variable: string, values: EnteredValues): string => values[variable]?.trim() ?? '';

/** What holds for a field: what was entered, else its default; empty where there is neither. */
function effectiveValue(guide: SetUpGuide, variable: string, values: EnteredValues): string {
  const field = guide.fields.find((candidate) => candidate.variable === variable);
  return enteredFor(variable, values) || (field?.default ?? '');
}

function holds(guide: SetUpGuide, onlyWhen: SetUpField['onlyWhen'], values: EnteredValues): boolean {
  return onlyWhen === undefined || onlyWhen.values.includes(effectiveValue(guide, onlyWhen.variable, values));
}

/** The fields that are shown and read with these values: a field may depend on what another one says. */
export function fieldsThatCount(guide: SetUpGuide, values: EnteredValues): SetUpField[] {
  return guide.fields.filter(({ onlyWhen }) => holds(guide, onlyWhen, values));
}

/** The sign-in that these values ask for, or null. */
export function signInThatCounts(guide: SetUpGuide, values: EnteredValues): SetUpGuide['signIn'] {
  return guide.signIn !== null && holds(guide, guide.signIn.onlyWhen, values) ? guide.signIn : null;
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
      originOf(effectiveValue(guide, variable, before)) !== originOf(effectiveValue(guide, variable, after)),
  );
}

/** What is wrong with a text in a field, to be read after the field's label; null where nothing is. */
export function problemOfField({ variable, choices }: SetUpField, entered: string): string | null {
  if (choices !== undefined && !choices.some(({ value }) => value === entered)) {
    return `is none of ${choices.map(({ label }) => `"${label}"`).join(', ')}`;
  }
  const schema = Object.entries(connectionVariables).find(([name]) => name === variable)?.[1];
  return schema?.safeParse(entered).error?.issues[0]?.message ?? null;
}

/**
 * Reads what was entered for a system: the same fields, defaults and checks wherever it is entered. A secret that is
 * left empty goes on to hold where it is kept, unless it would be sent to another address than before.
 */
export function readEntered(guide: SetUpGuide, values: EnteredValues, kept: KeptValues): EnteredSettings {
  const isElsewhere = sendsSecretsElsewhere(guide, kept.values, values);
  const settings: EnteredSettings = { values: {}, keptSecrets: [], problems: {} };
  for (const field of fieldsThatCount(guide, values)) {
    const { variable } = field;
    const entered = enteredFor(variable, values);
    const isKept = isSecret(field) && kept.secrets.includes(variable);
    if (entered !== '') {
      settings.values[variable] = entered;
      const problem = problemOfField(field, entered);
      if (problem !== null) settings.problems[variable] = problem;
    } else if (isKept && !isElsewhere) settings.keptSecrets.push(variable);
    else if (isKept && field.isRequired) {
      settings.problems[variable] =
        'has to be entered again: the kept one was entered for another address and is not sent to this one';
    } else if (field.isRequired && field.default === undefined) settings.problems[variable] = 'is missing';
  }
  return settings;
}

/** The values among these that are no secrets, and so may be shown and kept in a file. */
export function openValues(guide: SetUpGuide, values: EnteredValues): Record<string, string> {
  return pick(values, (field) => !isSecret(field), guide);
}

/** The secrets among these values. */
export function secretValues(guide: SetUpGuide, values: EnteredValues): Record<string, string> {
  return pick(values, isSecret, guide);
}

/** The variables of a system that hold a secret. */
export const secretVariables = (guide: SetUpGuide): string[] =>
  guide.fields.filter(isSecret).map(({ variable }) => variable);

function pick(
  values: EnteredValues,
  isWanted: (field: SetUpField) => boolean,
  { fields }: SetUpGuide,
): Record<string, string> {
  const wanted = new Set(fields.filter(isWanted).map(({ variable }) => variable));
  return Object.fromEntries(Object.entries(values).filter(([variable]) => wanted.has(variable)));
}
