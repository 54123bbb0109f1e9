import { type Kysely, sql } from 'kysely';
import type { ChatGroup } from '../../../shared/model/chat.ts';
import { type EscalationOwner, isGroupName, type RoutingConfig } from '../../../shared/model/rule.ts';
import { type GroupMembers, withPeopleForGroups } from '../policy/approver-groups.ts';
import type { PoolState } from '../routing/pools.ts';
import { readRouting } from './routing.ts';
import type { Database } from './tables.ts';

/** The handles of the groups that escalations go to, without `@`. */
async function namedGroups(db: Kysely<Database>): Promise<string[]> {
  const rows = await db.selectFrom('escalation_owners').select(['approver', 'delegate']).execute();
  const names = rows.flatMap(({ approver, delegate }) => [approver, delegate ?? '']).filter(isGroupName);
  return [...new Set(names.map((name) => name.slice(1)))];
}

/** Whether an escalation goes to a group of people that only a chat knows. */
export async function isAnyGroupNamed(db: Kysely<Database>): Promise<boolean> {
  return (await namedGroups(db)).length > 0;
}

/** Whether a group that is named was never read, or not since then. */
export async function areGroupsOutdated(
  db: Kysely<Database>,
  source: 'slack' | 'teams',
  since: Date,
): Promise<boolean> {
  const named = await namedGroups(db);
  if (named.length === 0) return false;
  const fresh = await db
    .selectFrom('chat_groups')
    .select('handle')
    .where('source', '=', source)
    .where('handle', 'in', named)
    .where('read_at', '>=', since.toISOString())
    .execute();
  return fresh.length < named.length;
}

/** Keeps what a chat says of its groups in place of what it said before. */
export async function keepGroups(
  db: Kysely<Database>,
  { source, groups, at }: { source: 'slack' | 'teams'; groups: readonly ChatGroup[]; at: Date },
): Promise<void> {
  await db.deleteFrom('chat_groups').where('source', '=', source).execute();
  if (groups.length === 0) return;
  await db
    .insertInto('chat_groups')
    .values(
      groups.map(({ id, handle, members }) => ({
        source,
        group_id: id,
        handle,
        members,
        read_at: at.toISOString(),
      })),
    )
    .execute();
}

/** The active people in each group, by e-mail, in the chat's order. */
async function readMembers(db: Kysely<Database>): Promise<GroupMembers> {
  const { rows } = await sql<{ handle: string; emails: string[] }>`
    select g.handle, array_agg(p.email order by m.place) as emails
    from chat_groups g
    cross join lateral unnest(g.members) with ordinality as m (chat_user, place)
    join people p on case g.source when 'slack' then p.slack else p.teams end = m.chat_user and p.active
    group by g.source, g.handle`.execute(db);
  return new Map(rows.map(({ handle, emails }) => [handle, emails]));
}

/** As `readRouting`, with a person wherever a group is named who decides: it is always one person who may. */
export async function readRoutingForPeople(
  db: Kysely<Database>,
  now: Date,
): Promise<{ routing: RoutingConfig; poolStates: Record<string, PoolState> }> {
  const { routing, poolStates } = await readRouting(db, now);
  const owners = routing.escalation_owners;
  if (!owners.some(namesGroup)) return { routing, poolStates };
  const members = await readMembers(db);
  return { routing: { ...routing, escalation_owners: withPeopleForGroups(owners, members) }, poolStates };
}

const namesGroup = ({ approver, delegate }: EscalationOwner): boolean =>
  isGroupName(approver) || isGroupName(delegate ?? '');
