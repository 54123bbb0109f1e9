import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { createApi } from '../api.ts';
import type { ConnectionStatus } from '../transport/connection.ts';
import { connectionTo } from './test-connection.ts';
import { createWorkspaceStore } from './workspace.ts';

/** A connection that a test takes away and brings back. */
function unsteadyConnection(client: object) {
  let state: ConnectionStatus['state'] = 'online';
  const listeners = new Set<() => void>();
  return {
    connection: {
      ...connectionTo(client),
      getStatus: () => ({ state, words: null, isFinal: false }),
      onStatus(listener: () => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    become(next: ConnectionStatus['state']) {
      state = next;
      for (const listener of [...listeners]) listener();
    },
  };
}

const admin = { name: 'Mei Tanaka', email: 'mei@acme.com' };

test('the page goes home, and begins anew once when what was opened answers', async () => {
  const { connection, become } = unsteadyConnection({ workspace: { setUp: async () => ({}) } });
  const begun: string[] = [];
  const page = { goHome: () => begun.push('home'), beginAnew: () => begun.push('anew') };
  const store = createWorkspaceStore(createApi(connection), page);
  await store.getState().setUp(admin);
  const isOpening = store.getState().isOpening;
  become('offline');
  const whileAway = [...begun];
  become('online');
  become('offline');
  become('online');
  expect({ isOpening, whileAway, begun }).toEqual({
    isOpening: true,
    whileAway: ['home'],
    begun: ['home', 'anew'],
  });
});

test('a refusal is thrown and leaves the page as it is, whatever the connection does later', async () => {
  const refusal = new ORPCError('invalid_input', { message: 'This desk is ana@acme.com’s.' });
  const { connection, become } = unsteadyConnection({
    workspace: { setUp: () => Promise.reject(refusal) },
  });
  const begun: string[] = [];
  const page = { goHome: () => begun.push('home'), beginAnew: () => begun.push('anew') };
  const store = createWorkspaceStore(createApi(connection), page);
  await expect(store.getState().setUp(admin)).rejects.toThrow(refusal.message);
  become('offline');
  become('online');
  expect({ isOpening: store.getState().isOpening, begun }).toEqual({ isOpening: false, begun: [] });
});
