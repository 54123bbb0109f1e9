import type { Config } from '../config.ts';
import type { Db } from '../store/db.ts';
import { readMigrations, readSchemaVersion } from '../store/migrate.ts';
import { listPeople } from '../store/people.ts';
import { readRouting } from '../store/routing.ts';
import { openStoreClock } from '../store/store-clock.ts';
import { type Finding, failed, fine, missing, skipped } from './finding.ts';

const area = 'workspace' as const;
/** Leases and windows run on the store's clock; a desk that is further off shows wrong times. */
const tolerableSkewMs = 30_000;

const sleepNever = () => Promise.reject(new Error('Nothing is waited for here'));
const importSetup = 'Import people and routing: switchyard import --setup FILE (see docs/install.md).';

/** The store, and what has to be in it before a case can be decided. Changes nothing. */
export async function* examineWorkspace(
  db: Db,
  { user }: Pick<Config, 'user'>,
): AsyncGenerator<Finding, void, void> {
  const schema = await examineSchema(db);
  yield schema;
  yield await examineClock(db);
  if (schema.state === 'missing') {
    yield skipped({ area, id: 'people', title: 'People' }, 'The schema has to be brought up to date first.');
    return;
  }
  yield* examinePeople(db, user);
  yield* examineRouting(db);
}

async function examineSchema(db: Db): Promise<Finding> {
  const tried = { area, id: 'schema', title: 'Schema' };
  const ours = (await readMigrations()).at(-1)?.number ?? 0;
  const theirs = await readSchemaVersion(db);
  if (theirs === ours) return fine(tried, `version ${ours}`);
  return theirs < ours
    ? missing(tried, `It has version ${theirs}, this program version ${ours}.`, 'Run: switchyard migrate.')
    : missing(tried, `It has version ${theirs}, this program knows ${ours}.`, 'Update this program.');
}

async function examineClock(db: Db): Promise<Finding> {
  const tried = { area, id: 'clock', title: 'Clock' };
  try {
    const store = await openStoreClock(db, sleepNever);
    const skewMs = Date.now() - store.now().getTime();
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    if (Math.abs(skewMs) <= tolerableSkewMs) return fine(tried, `${seconds} s from the store's`);
    return missing(
      tried,
      `This machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the store.`,
      'Have both set their clocks by a time server.',
    );
  } catch (thrown) {
    return failed(tried, thrown);
  }
}

async function* examinePeople(db: Db, user: string | null): AsyncGenerator<Finding, void, void> {
  const tried = { area, id: 'people', title: 'People' };
  const active = (await listPeople(db.kysely)).filter((person) => person.active);
  const has = (role: 'admin' | 'ops_manager') => active.some(({ roles }) => roles.includes(role));
  if (active.length === 0) yield missing(tried, 'Nobody is in the people list.', importSetup);
  else if (!has('ops_manager')) yield missing(tried, 'Nobody is an ops manager.', importSetup);
  else if (!has('admin')) yield missing(tried, 'Nobody is an admin.', importSetup);
  else yield fine(tried, `${active.length} active`);
  if (user === null) return;
  const signedIn = { area, id: 'user', title: 'Who sits here' };
  if (active.some(({ email }) => email === user)) yield fine(signedIn, user);
  else
    yield missing(
      signedIn,
      `${user} is not an active person of the list.`,
      'Add them, or correct SWITCHYARD_USER.',
    );
}

async function* examineRouting(db: Db): AsyncGenerator<Finding, void, void> {
  const { routing } = await readRouting(db.kysely, new Date());
  const rules = { area, id: 'rules', title: 'Routing rules' };
  const enabled = routing.rules.filter((rule) => rule.enabled).length;
  if (enabled === 0) yield missing(rules, 'There is no rule, so every case is escalated.', importSetup);
  else yield fine(rules, `${enabled} enabled`);
  const owners = { area, id: 'escalation-owners', title: 'Escalation owners' };
  if (routing.escalation_owners.some(({ reason }) => reason === '*')) yield fine(owners);
  else yield missing(owners, 'There is no default row (reason *), so nobody would decide.', importSetup);
}
