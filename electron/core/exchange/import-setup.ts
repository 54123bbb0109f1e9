import type { Kysely } from 'kysely';
import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import { Person } from '../../../shared/model/person.ts';
import { escalationReasons } from '../../../shared/model/request.ts';
import { RoutingConfig } from '../../../shared/model/rule.ts';
import { explainIssues } from '../schema-problems.ts';
import type { Db } from '../store/db.ts';
import { savePeople } from '../store/people.ts';
import { readRouting, replaceRouting } from '../store/routing.ts';
import type { Database } from '../store/tables.ts';
import { readJsonFile } from './input-file.ts';

/** The people and the routing of a workspace, in the words of a world file; a list that is left out stays as it is. */
export const Setup = z.strictObject({
  people: z.array(Person).optional(),
  routing: RoutingConfig.partial().optional(),
});
export type Setup = z.infer<typeof Setup>;

/** How many entries the file has of each kind; null where it has no such list. */
export type SetupCounts = Record<'people' | keyof RoutingConfig, number | null>;

/**
 * Reads a file, adds its people to those that are there or brings them up to date, and replaces the lists of the
 * routing that it has. Throws `invalid_input` with each problem's path in the file; nothing is changed then.
 */
export async function importSetup(db: Db, { file, at }: { file: string; at: Date }): Promise<SetupCounts> {
  const { people, routing } = parseSetup(await readJsonFile(file), file);
  await db.transaction(async (tx) => {
    if (people !== undefined) await keepPeople(tx, people, file);
    if (routing === undefined) return;
    const { routing: present } = await readRouting(tx, at);
    const whole = {
      rules: routing.rules ?? present.rules,
      named_accounts: routing.named_accounts ?? present.named_accounts,
      pools: routing.pools ?? present.pools,
      escalation_owners: routing.escalation_owners ?? present.escalation_owners,
    };
    const missing = findMissing(whole);
    if (missing.length > 0) throw refusal(file, missing);
    await replaceRouting(tx, whole, { actor: 'import', at });
  });
  return {
    people: people?.length ?? null,
    rules: routing?.rules?.length ?? null,
    named_accounts: routing?.named_accounts?.length ?? null,
    pools: routing?.pools?.length ?? null,
    escalation_owners: routing?.escalation_owners?.length ?? null,
  };
}

function parseSetup(json: unknown, file: string): Setup {
  const parsed = Setup.safeParse(json);
  if (!parsed.success) throw refusal(file, explainIssues(Setup, parsed.error.issues, json));
  const repeated = findRepeated(parsed.data);
  if (repeated.length > 0) throw refusal(file, repeated);
  return parsed.data;
}

const shownProblems = 8;

function refusal(file: string, problems: readonly string[]): AppError {
  const shown = problems.slice(0, shownProblems).map((problem) => `\n  ${problem}`);
  const rest = problems.length - shown.length;
  const more = rest > 0 ? `\n  and ${rest} more` : '';
  return new AppError('invalid_input', `${file} cannot be used:${shown.join('')}${more}`);
}

function findRepeated({ people = [], routing = {} }: Setup): string[] {
  const keys: [path: string, values: (string | null)[]][] = [
    ['people: email', people.map(({ email }) => email)],
    ['people: slack', people.map(({ slack }) => slack)],
    ['people: teams', people.map(({ teams }) => teams)],
    ['routing.rules: rule_id', (routing.rules ?? []).map(({ rule_id }) => rule_id)],
    ['routing.named_accounts: name', (routing.named_accounts ?? []).map(({ name }) => name)],
    ['routing.pools: pool', (routing.pools ?? []).map(({ pool }) => pool)],
  ];
  return keys.flatMap(([path, values]) =>
    values
      .filter((value, index) => value !== null && values.indexOf(value) !== index)
      .map((value) => `${path} "${value}" is there twice. Give each entry its own.`),
  );
}

/** What the judgement would look for in vain. */
function findMissing({ rules, pools, escalation_owners }: RoutingConfig): string[] {
  const known: readonly string[] = ['*', ...escalationReasons];
  const unknownPools = rules.flatMap(({ rule_id, assign }) =>
    'pool' in assign && !pools.some(({ pool }) => pool === assign.pool)
      ? [`routing.rules (${rule_id}): there is no pool "${assign.pool}". Add it to routing.pools.`]
      : [],
  );
  const unknownReasons = escalation_owners
    .filter(({ reason }) => !known.includes(reason))
    .map(
      ({ reason }) =>
        `routing.escalation_owners: "${reason}" is no reason. Allowed are: ${known.join(', ')}.`,
    );
  const isComplete = escalation_owners.some(({ reason, region }) => reason === '*' && region === null);
  const withoutDefault = isComplete
    ? []
    : ['routing.escalation_owners: the row for all other cases is missing. Add one with the reason "*".'];
  return [...unknownPools, ...unknownReasons, ...withoutDefault];
}

/** A chat's user belongs to one person; another one may hold it already. */
async function keepPeople(db: Kysely<Database>, people: readonly Person[], file: string): Promise<void> {
  await savePeople(db, people).catch((thrown: unknown) => {
    if (!(thrown instanceof Error && 'constraint' in thrown && 'detail' in thrown)) throw thrown;
    throw refusal(file, [`people: somebody else has this user in the chat already. ${thrown.detail}`]);
  });
}
