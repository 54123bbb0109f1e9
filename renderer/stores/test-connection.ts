import type { Connection, ConnectionStatus, ContractClient } from '../transport/connection.ts';

const online: ConnectionStatus = { state: 'online', words: null, isFinal: false };

/** A connection that is always there; of the client, only what a test calls has to be there. */
export const connectionTo = (client: object): Connection => ({
  client: client as ContractClient,
  getStatus: () => online,
  onStatus: () => () => undefined,
  watchChanges: () => () => undefined,
  close: () => undefined,
});

/** A storage that lives as long as the test. */
export function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
  };
}
