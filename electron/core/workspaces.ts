import type { FirstAdmin, WorkspaceState } from '../../shared/contract/contract.ts';
import { AppError, toAppError } from '../../shared/model/errors.ts';
import type { Person } from '../../shared/model/person.ts';
import type { Config } from './config.ts';
import type { Log } from './ports.ts';
import type { Db } from './store/db.ts';
import { countPeople, findPerson, savePeople } from './store/people.ts';
import { countRules } from './store/routing.ts';
import { openStoreOf } from './store-session.ts';
import { readWorkspaceChoice, type WorkspaceChoice, writeWorkspaceChoice } from './workspace-choice.ts';

/** The workspaces of this desk: the demo and one's own. One of them is open. */
export interface Workspaces {
  state(): Promise<WorkspaceState>;
  /**
   * Makes the first admin of one's own workspace and opens it. Throws `forbidden` where this workspace has people
   * already or the environment decides, and `invalid_input` where the person cannot be the first admin.
   */
  setUp(admin: FirstAdmin): Promise<void>;
  /** Throws `forbidden` where the environment decides, and `not_found` where one's own was not set up yet. */
  open(kind: Config['workspace']): Promise<void>;
}

export interface WorkspacesOptions {
  config: Config;
  log: Log;
  /** The store of the open workspace; null while it is away. */
  store: () => Db | null;
  /** Opens what is chosen now in the place of what is open; null where this program opens one workspace only. */
  reopen: (() => void) | null;
}

/** What decides on the workspace, where that is not a choice at the console. */
function fixedBecause({ databaseUrl, connectors }: Config): string | null {
  const isConnected = Object.values(connectors).some((connector) => connector !== null);
  if (databaseUrl !== null)
    return 'DATABASE_URL is set in the environment, so your own workspace opens. Start Switchyard without it to open the demo.';
  return isConnected
    ? 'A connection is set in the environment, so your own workspace opens. Start Switchyard without it to open the demo.'
    : null;
}

/** Keeps the first admin. Somebody who has set this workspace up before comes back as who they are. */
async function keepFirstAdmin(db: Db, { name, email }: FirstAdmin): Promise<void> {
  await db.transaction(async (tx) => {
    const isEmpty = (await countPeople(tx)) === 0;
    const known = await findPerson(tx, email);
    if (!isEmpty && !known?.active)
      throw new AppError(
        'invalid_input',
        `Your workspace has a people list already, and ${email} is not active in it. Enter the e-mail address of somebody who is.`,
        { details: { field: 'email' } },
      );
    const admin: Person = {
      email,
      name,
      slack: null,
      teams: null,
      roles: ['admin', 'ops_manager'],
      active: true,
    };
    if (isEmpty) await savePeople(tx, [admin]);
  });
}

export function createWorkspaces({ config, log, store, reopen }: WorkspacesOptions): Workspaces {
  const { dataDir } = config;
  const because = fixedBecause(config);

  async function counts(): Promise<WorkspaceState['counts']> {
    const db = store();
    if (db === null) return null;
    try {
      const [people, rules] = await Promise.all([countPeople(db.kysely), countRules(db.kysely)]);
      return { people, rules };
    } catch (thrown) {
      if (toAppError(thrown).code === 'store_unreachable') return null;
      throw thrown;
    }
  }

  /** Opens one's own store beside the demo's for as long as the work takes. */
  async function inOwnStore(work: (db: Db) => Promise<void>): Promise<void> {
    const open = store();
    if (config.workspace === 'own' && open) return work(open);
    const own = await openStoreOf({ ...config, workspace: 'own' }, log);
    try {
      await work(own.db);
    } finally {
      await own.close();
    }
  }

  async function choose(choice: WorkspaceChoice): Promise<void> {
    if (reopen === null)
      throw new AppError(
        'forbidden',
        'This program opens one workspace only. Start Switchyard anew to change it.',
      );
    await writeWorkspaceChoice(dataDir, choice);
    log.info({ workspace: choice.workspace }, 'Another workspace was chosen at the console');
    reopen();
  }

  return {
    async state() {
      const counted = await counts();
      return {
        kind: config.workspace,
        fixedBecause: because,
        hasOwn: config.workspace === 'own' || (readWorkspaceChoice(dataDir)?.user ?? null) !== null,
        needsFirstAdmin: config.workspace === 'own' && counted?.people === 0,
        user: config.user,
        counts: counted,
      };
    },
    async setUp(admin) {
      if (config.user !== null && config.user !== admin.email)
        throw new AppError(
          'invalid_input',
          `This desk is ${config.user}’s. Enter that address, or start Switchyard with another SWITCHYARD_USER.`,
          { details: { field: 'email' } },
        );
      await inOwnStore((db) => keepFirstAdmin(db, admin));
      await choose({ workspace: 'own', user: admin.email });
    },
    async open(kind) {
      if (because !== null) throw new AppError('forbidden', because);
      const user = readWorkspaceChoice(dataDir)?.user ?? null;
      if (kind === 'own' && user === null)
        throw new AppError('not_found', 'Your own workspace is not set up yet. Name its first admin first.');
      await choose({ workspace: kind, user });
    },
  };
}
