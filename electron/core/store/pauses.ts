import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { z } from 'zod';
import { type ConnectedSystem, connectedSystems } from '../../../shared/model/connection.ts';
import type { Db } from './db.ts';
import type { Listening } from './listener.ts';
import type { Database } from './tables.ts';
import { writeWorkspaceFact } from './workspace.ts';

/** Who paused a system and when. */
const Pause = z.object({ by: z.string(), at: z.iso.datetime() });
export type Pause = z.infer<typeof Pause>;
export type Pauses = ReadonlyMap<ConnectedSystem, Pause>;

const channel = 'switchyard_pauses';
const keyOf = (system: ConnectedSystem): string => `pause of ${system}`;

/** The systems that are paused for this workspace, whoever runs it. */
export async function readPauses(db: Kysely<Database>): Promise<Pauses> {
  const rows = await db
    .selectFrom('workspace')
    .select(['key', 'value'])
    .where('key', 'in', connectedSystems.map(keyOf))
    .execute();
  const facts = new Map(rows.map(({ key, value }) => [key, Pause.safeParse(value)]));
  return new Map(
    connectedSystems.flatMap((system) => {
      const fact = facts.get(keyOf(system));
      return fact?.success ? [[system, fact.data] as const] : [];
    }),
  );
}

/** Pauses a system, or with null resumes it; every program that works with the store is told with the commit. */
export async function writePause(db: Db, system: ConnectedSystem, pause: Pause | null): Promise<void> {
  await db.transaction(async (tx) => {
    await writeWorkspaceFact(tx, keyOf(system), pause);
    await sql`select pg_notify(${channel}, ${system})`.execute(tx);
  });
}

/** Calls the handler whenever a pause may have begun or ended. */
export const listenForPauses = (db: Db, handler: () => void): Promise<Listening> =>
  db.listen(channel, handler);
