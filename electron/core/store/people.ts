import type { Kysely } from 'kysely';
import type { Person } from '../../../shared/model/person.ts';
import type { Database } from './tables.ts';

const columns = ['email', 'name', 'slack', 'teams', 'roles', 'active'] as const;

export function listPeople(db: Kysely<Database>): Promise<Person[]> {
  return db.selectFrom('people').select(columns).orderBy('name').execute();
}

/** How many people the list has, active or not. */
export async function countPeople(db: Kysely<Database>): Promise<number> {
  const { count } = await db
    .selectFrom('people')
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The person with this user id in a chat, or undefined. */
export function findPersonInChat(
  db: Kysely<Database>,
  chat: 'slack' | 'teams',
  userId: string,
): Promise<Person | undefined> {
  return db.selectFrom('people').select(columns).where(chat, '=', userId).executeTakeFirst();
}

export function findPerson(db: Kysely<Database>, email: string): Promise<Person | undefined> {
  return db.selectFrom('people').select(columns).where('email', '=', email.toLowerCase()).executeTakeFirst();
}

/** Keeps a chat's user id with a person who was found by e-mail. */
export async function rememberChatId(
  db: Kysely<Database>,
  person: { email: string; chat: 'slack' | 'teams'; userId: string },
): Promise<void> {
  const { email, chat, userId } = person;
  await db
    .updateTable('people')
    .set({ [chat]: userId })
    .where('email', '=', email)
    .execute();
}

/** Adds people and brings those who are there up to date. */
export async function savePeople(db: Kysely<Database>, people: readonly Person[]): Promise<void> {
  if (people.length === 0) return;
  await db
    .insertInto('people')
    .values(people.map((person) => ({ ...person, email: person.email.toLowerCase() })))
    .onConflict((conflict) =>
      conflict.column('email').doUpdateSet((excluded) => ({
        name: excluded.ref('excluded.name'),
        slack: excluded.ref('excluded.slack'),
        teams: excluded.ref('excluded.teams'),
        roles: excluded.ref('excluded.roles'),
        active: excluded.ref('excluded.active'),
      })),
    )
    .execute();
}
