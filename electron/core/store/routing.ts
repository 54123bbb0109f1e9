import canonicalize from 'canonicalize';
import { type Kysely, sql } from 'kysely';
import type { EscalationOwner, NamedAccount, Pool, RoutingConfig, Rule } from '../../../shared/model/rule.ts';
import { countTurn, isPoolMember, type PoolState, pickPoolMember, poolDay } from '../routing/pools.ts';
import type { Database } from './tables.ts';

/** Everything that the judgement reads of the routing, and whose turn it is in each pool. */
export async function readRouting(
  db: Kysely<Database>,
  now: Date,
): Promise<{ routing: RoutingConfig; poolStates: Record<string, PoolState> }> {
  // One statement, so that all of it is of one moment.
  const { rows } = await sql<{
    rules: Rule[];
    named_accounts: NamedAccount[];
    pools: Pool[];
    escalation_owners: EscalationOwner[];
    states: (PoolStateRow & { pool: string })[];
  }>`select
      (select coalesce(jsonb_agg(rule order by rule_id), '[]') from routing_rules where is_current) as rules,
      (select coalesce(jsonb_agg(to_jsonb(a) order by name), '[]') from named_accounts a) as named_accounts,
      (select coalesce(jsonb_agg(to_jsonb(p) order by pool), '[]') from pools p) as pools,
      (select coalesce(jsonb_agg(to_jsonb(e) - 'ordinal' order by ordinal), '[]') from escalation_owners e)
        as escalation_owners,
      (select coalesce(jsonb_agg(to_jsonb(s)), '[]') from pool_states s) as states`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('A query without a table gave no row');
  const { rules, named_accounts, pools, escalation_owners, states } = row;
  const poolStates = Object.fromEntries(
    pools.map((pool) => [
      pool.pool,
      stateOn(
        pool,
        now,
        states.find((state) => state.pool === pool.pool),
      ),
    ]),
  );
  return { routing: { rules, named_accounts, pools, escalation_owners }, poolStates };
}

/** How many rules hold now. */
export async function countRules(db: Kysely<Database>): Promise<number> {
  const { count } = await db
    .selectFrom('routing_rules')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('is_current', '=', true)
    .executeTakeFirstOrThrow();
  return Number(count);
}

interface PoolStateRow {
  day: string;
  current_weights: Record<string, number>;
  taken_today: Record<string, number>;
}

/** The weights go on from day to day; the counts begin anew. */
function stateOn(pool: Pool, now: Date, row: PoolStateRow | undefined): PoolState {
  return {
    currentWeights: row?.current_weights ?? {},
    takenToday: row && row.day === poolDay(pool, now) ? row.taken_today : {},
  };
}

export interface TurnRequest {
  requestId: string;
  pool: Pool;
  /** A member who counts as the rules' owner already; null lets the turn decide. */
  member: string | null;
  now: Date;
  isAvailableOwner: (owner: string) => boolean;
}

/**
 * Takes a pool's turn for a request, in the caller's transaction: two runners never give the same turn twice, and a
 * request that took one keeps it while its member is still available. Gives the member, or null where nobody is free.
 */
export async function takePoolTurn(db: Kysely<Database>, turn: TurnRequest): Promise<string | null> {
  const { requestId, pool, member, now, isAvailableOwner } = turn;
  await db
    .insertInto('pool_states')
    .values({ pool: pool.pool, day: poolDay(pool, now), current_weights: '{}', taken_today: '{}' })
    .onConflict((conflict) => conflict.column('pool').doNothing())
    .execute();
  const row = await db
    .selectFrom('pool_states')
    .select(['day', 'current_weights', 'taken_today'])
    .where('pool', '=', pool.pool)
    .forUpdate()
    .executeTakeFirst();
  const taken = await db
    .selectFrom('pool_turns')
    .select(['pool', 'owner'])
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  const isStillGood =
    taken?.pool === pool.pool &&
    isPoolMember(pool, taken.owner) &&
    isAvailableOwner(taken.owner) &&
    (member === null || member === taken.owner);
  if (taken && isStillGood) return taken.owner;

  const state = stateOn(pool, now, row);
  const picked =
    member === null
      ? pickPoolMember({ pool, state, now, isAvailableOwner })
      : { owner: member, state: countTurn(state, member) };
  if (!picked) return null;
  await db
    .updateTable('pool_states')
    .set({
      day: poolDay(pool, now),
      current_weights: JSON.stringify(picked.state.currentWeights),
      taken_today: JSON.stringify(picked.state.takenToday),
    })
    .where('pool', '=', pool.pool)
    .execute();
  const given = { pool: pool.pool, owner: picked.owner, taken_at: now.toISOString() };
  await db
    .insertInto('pool_turns')
    .values({ request_id: requestId, ...given })
    .onConflict((conflict) => conflict.column('request_id').doUpdateSet(given))
    .execute();
  return picked.owner;
}

/**
 * Makes the store's routing what is given. A rule whose content differs from the current one becomes a version of its
 * own under the number that it carries, and at least one above the last; rules that are not given are retired.
 */
export async function replaceRouting(
  db: Kysely<Database>,
  routing: RoutingConfig,
  by: { actor: string; at: Date },
): Promise<void> {
  await replaceRules(db, routing.rules, by);
  await db.deleteFrom('named_accounts').execute();
  if (routing.named_accounts.length > 0)
    await db.insertInto('named_accounts').values(routing.named_accounts).execute();
  await db.deleteFrom('pools').execute();
  const pools = routing.pools.map((pool) => ({ ...pool, members: JSON.stringify(pool.members) }));
  if (pools.length > 0) await db.insertInto('pools').values(pools).execute();
  await db.deleteFrom('escalation_owners').execute();
  if (routing.escalation_owners.length > 0)
    await db.insertInto('escalation_owners').values(routing.escalation_owners).execute();
}

async function replaceRules(
  db: Kysely<Database>,
  rules: readonly Rule[],
  { actor, at }: { actor: string; at: Date },
): Promise<void> {
  const current = await db
    .selectFrom('routing_rules')
    .select(['rule_id', 'version', 'rule'])
    .where('is_current', '=', true)
    .execute();
  const sameAs = (rule: Rule) =>
    current.find(
      (row) =>
        row.rule_id === rule.rule_id &&
        canonicalize({ ...row.rule, version: 0 }) === canonicalize({ ...rule, version: 0 }),
    );
  const kept = rules.filter(sameAs).map(({ rule_id }) => rule_id);
  const retired = current.map(({ rule_id }) => rule_id).filter((id) => !kept.includes(id));
  if (retired.length > 0)
    await db
      .updateTable('routing_rules')
      .set({ is_current: false })
      .where('is_current', '=', true)
      .where('rule_id', 'in', retired)
      .execute();
  const last = await db
    .selectFrom('routing_rules')
    .select(['rule_id', (eb) => eb.fn.max('version').as('version')])
    .groupBy('rule_id')
    .execute();
  const versions = new Map(last.map(({ rule_id, version }) => [rule_id, version]));
  const added = rules
    .filter((rule) => !kept.includes(rule.rule_id))
    .map((rule) => {
      const version = Math.max(rule.version, (versions.get(rule.rule_id) ?? 0) + 1);
      return {
        rule_id: rule.rule_id,
        version,
        rule: JSON.stringify({ ...rule, version }),
        is_current: true,
        changed_by: actor,
        changed_at: at.toISOString(),
      };
    });
  if (added.length > 0) await db.insertInto('routing_rules').values(added).execute();
}
