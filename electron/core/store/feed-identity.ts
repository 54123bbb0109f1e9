import type { Role } from '../../../shared/model/person.ts';

const rolesThatSeeAll: readonly Role[] = ['approver', 'ops_manager', 'admin', 'auditor'];

/**
 * The identity of a copy as one JSON object, for the viewer whose e-mail is `$1`. The generation is of this database,
 * in this cluster, on this line of its history: a dump that was restored, a copy of the database, a recovery to a
 * point in time and a failed-over server all have another one.
 */
export const identitySql = `json_build_object(
  'generation', (select generation from feed_state)
    || '/' || (select system_identifier from pg_control_system())
    || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    || '/' || (select oid from pg_database where datname = current_database()),
  'schema', (select coalesce(max(number), 0) from switchyard_migrations),
  'viewer', $1::text,
  'access', coalesce((
    select case
      when not active then 'none'
      when roles && array[${rolesThatSeeAll.map((role) => `'${role}'`).join(', ')}] then 'all'
      else 'own'
    end
    from people where email = $1), 'none'))`;
