import { createStore, type StoreApi } from 'zustand/vanilla';
import { agentName } from '../../shared/model/request.ts';
import type { Api } from '../api.ts';

export interface PeopleState {
  /** E-mail to name, from everything that was read so far. */
  names: Record<string, string>;
  /** Active people who can own leads. */
  owners: { email: string; name: string }[];
  learn(names: Record<string, string>): void;
  loadOwners(): Promise<void>;
}
export type PeopleStore = StoreApi<PeopleState>;

export function createPeopleStore(api: Api): PeopleStore {
  return createStore<PeopleState>()((set, get) => ({
    names: {},
    owners: [],
    learn(names) {
      const known = get().names;
      const isNews = Object.entries(names).some(([email, name]) => known[email] !== name);
      if (isNews) set({ names: { ...known, ...names } });
    },
    async loadOwners() {
      const owners = await api.call.records.owners().catch(() => null);
      // No CRM answers: those whom one knows by now can still be chosen.
      if (owners === null) return;
      set({ owners });
      get().learn(Object.fromEntries(owners.map(({ email, name }) => [email, name])));
    },
  }));
}

/** A person by name where it is known; the agent is `Agent`, an unknown person keeps the e-mail's own part. */
export function nameOf(names: Readonly<Record<string, string>>, email: string): string {
  if (email === agentName) return 'Agent';
  return names[email] ?? email.replace(/@.*$/, '');
}
