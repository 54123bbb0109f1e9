import type { ChangeEvent } from '../../shared/contract/contract.ts';
import type { AppStores } from './app-stores.tsx';

const manyEntries = 500;

/** Reads everything that is shown, and from then on again whatever changes, until the function returned is called. */
export function followChanges(stores: AppStores): () => void {
  const { api, session, people, sync, requests, queue, sandbox, connections, workspace } = stores;
  const waiting: ChangeEvent[] = [];
  let isReading = false;
  let isStopped = false;

  async function readAgain(events: readonly ChangeEvent[]) {
    const areas = new Set(events.flatMap((event) => event.areas));
    const ids = events.flatMap(({ requestIds }) => requestIds);
    // Changed requests without ids: anything may have changed, as after a lost connection.
    const isAnyRequest = events.some(
      (event) => event.areas.includes('requests') && event.requestIds.length === 0,
    );
    if (areas.has('system')) {
      // The CRMs say who can own leads: what this desk has itself does not wait for them.
      void people.getState().loadOwners();
      void sync.getState().loadSystems();
      void workspace.getState().load();
      await session.getState().load();
    }
    await Promise.all([
      areas.has('sync') ? sync.getState().load() : undefined,
      areas.has('requests') || ids.length > 0 ? queue.getState().refresh() : undefined,
      requests.getState().refreshDetails(isAnyRequest ? undefined : ids),
      areas.has('connections') && connections.getState().isRead ? connections.getState().load() : undefined,
      areas.has('sandbox') && sandbox.getState().state ? sandbox.getState().refresh() : undefined,
    ]);
  }

  // Thousands of entries are not read again at each one that leaves.
  const pauseMs = () => (sync.getState().outbox.length > manyEntries ? 500 : 0);

  // Changes that arrive while a reading is under way are read together afterwards.
  async function drain() {
    if (isReading) return;
    isReading = true;
    while (waiting.length > 0 && !isStopped) {
      await readAgain(waiting.splice(0)).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, pauseMs()));
    }
    isReading = false;
  }

  function take(event: ChangeEvent) {
    waiting.push(event);
    void drain();
  }

  const stopWatching = api.connection.watchChanges(take);
  take({ requestIds: [], areas: ['requests', 'system', 'sync'] });
  return () => {
    isStopped = true;
    stopWatching();
  };
}
