import type { Log } from '../ports.ts';
import type { Db } from '../store/db.ts';
import { listenForPauses, readPauses } from '../store/pauses.ts';
import type { LiveConnectors } from './live-connectors.ts';

export interface PauseWatch {
  /** Obeys what the store says now. Throws `store_unreachable`. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/** A notification is a hint that may be lost. */
const pollMs = 5_000;

/** Has the connectors obey the pauses that the store says, from now on; where the store is away, those known last. */
export async function watchPauses(
  db: Db,
  { live, log }: { live: Pick<LiveConnectors, 'pause'>; log: Log },
): Promise<PauseWatch> {
  let isStopped = false;
  const refresh = async () => {
    const pauses = await readPauses(db.kysely);
    if (!isStopped) live.pause(pauses);
  };
  const refreshQuietly = () =>
    refresh().catch((thrown: unknown) => {
      if (!isStopped) log.debug({ err: thrown }, 'What is paused could not be read; it is read again soon');
    });
  await refresh();
  const listening = await listenForPauses(db, () => void refreshQuietly());
  const polling = setInterval(() => void refreshQuietly(), pollMs);
  return {
    refresh,
    async stop() {
      isStopped = true;
      clearInterval(polling);
      await listening.close();
    },
  };
}
