import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Session } from '../../shared/contract/contract.ts';
import { type Api, wordsOf } from '../api.ts';

export interface SessionState {
  session: Session | null;
  problem: string | null;
  /** Reads who I am; a person acted as before the connection dropped is acted as again. */
  load(): Promise<void>;
  /** Throws the server's refusal. */
  actAs(email: string): Promise<void>;
}
export type SessionStore = StoreApi<SessionState>;

export function createSessionStore(api: Api): SessionStore {
  return createStore<SessionState>()((set, get) => ({
    session: null,
    problem: null,
    async load() {
      const before = get().session;
      try {
        const session = await api.call.session.get();
        const isForgotten = before !== null && before.me.email !== session.me.email;
        const mayActAgain = session.actors.some(({ email }) => email === before?.me.email);
        if (isForgotten && mayActAgain) await get().actAs(before.me.email);
        else set({ session, problem: null });
      } catch (thrown) {
        set({ problem: wordsOf(thrown) });
      }
    },
    async actAs(email) {
      set({ session: await api.call.session.actAs({ email }), problem: null });
    },
  }));
}
