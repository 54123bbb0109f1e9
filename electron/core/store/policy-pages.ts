import type { Kysely } from 'kysely';
import type { PolicyPage } from '../../../shared/model/policy.ts';
import type { Database } from './tables.ts';

/** The kept copies of a source's policy pages that were read at `since` or later. */
export async function keptPolicyPages(
  db: Kysely<Database>,
  source: PolicyPage['source'],
  since: Date,
): Promise<PolicyPage[]> {
  const rows = await db
    .selectFrom('policy_pages')
    .select(['source', 'id', 'version', 'title', 'body', 'url', 'labels', 'fetched_at as fetchedAt'])
    .where('source', '=', source)
    .where('fetched_at', '>=', since.toISOString())
    .orderBy('id')
    .execute();
  return rows;
}

/** The pages of a source that governed at `since` or later, without their bodies. */
export async function knownPolicyPages(
  db: Kysely<Database>,
  source: PolicyPage['source'],
  since: Date,
): Promise<Pick<PolicyPage, 'id' | 'title'>[]> {
  return db
    .selectFrom('policy_pages')
    .select(['id', 'title'])
    .where('source', '=', source)
    .where('fetched_at', '>=', since.toISOString())
    .orderBy('id')
    .execute();
}

/** Keeps what a source holds now; pages that are no longer there are forgotten. */
export async function keepPolicyPages(
  db: Kysely<Database>,
  source: PolicyPage['source'],
  pages: readonly PolicyPage[],
): Promise<void> {
  const ids = pages.map(({ id }) => id);
  let gone = db.deleteFrom('policy_pages').where('source', '=', source);
  if (ids.length > 0) gone = gone.where('id', 'not in', ids);
  await gone.execute();
  if (pages.length === 0) return;
  // What is attached is not read, so it is no part of the copy.
  const rows = pages.map(({ fetchedAt, attachments: _, ...page }) => ({ ...page, fetched_at: fetchedAt }));
  await db
    .insertInto('policy_pages')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['source', 'id']).doUpdateSet((excluded) => ({
        version: excluded.ref('excluded.version'),
        title: excluded.ref('excluded.title'),
        body: excluded.ref('excluded.body'),
        url: excluded.ref('excluded.url'),
        labels: excluded.ref('excluded.labels'),
        fetched_at: excluded.ref('excluded.fetched_at'),
      })),
    )
    .execute();
}
