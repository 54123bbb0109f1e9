import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConnectionDraft } from '../../shared/contract/contract.ts';
import type { Connection, ConnectionCheck } from '../../shared/model/connection.ts';
import { setUpGuides } from '../../shared/set-up/catalogue.ts';
import { type EnteredSettings, type EnteredValues, readDraft } from '../../shared/set-up/entered-values.ts';
import { type Api, refusedPart, wordsOf } from '../api.ts';
import type { ConnectionsStore } from './connections.ts';

/** A run of the checks, result by result. */
export interface Trial {
  isRunning: boolean;
  checks: ConnectionCheck[];
  /** Why it did not come to its end, in words. */
  problem: string | null;
}

export interface ConnectionDraftState {
  /** What is entered and not saved, variable to value. An empty secret is one to be forgotten. */
  changes: Readonly<Record<string, string>>;
  /** The variables whose field was left after it was changed. */
  left: readonly string[];
  /** Somebody wanted to use the draft as it is: whatever is wrong with it is told from then on. */
  isAsked: boolean;
  isSaving: boolean;
  /** What the server said against a field, and against the draft as a whole. */
  refusals: Readonly<Record<string, string>>;
  refusal: string | null;
  trial: Trial | null;
  change(variable: string, value: string): void;
  /** Back to what is saved; of a secret, to the kept one. */
  revert(variable: string): void;
  leave(variable: string): void;
  discard(): void;
  /** Resolves with whether it is saved; what is against it stands in the state. */
  save(): Promise<boolean>;
  /** Tries what is entered, saved or not. */
  test(): Promise<void>;
  stopTest(): void;
}
export type ConnectionDraftStore = StoreApi<ConnectionDraftState>;

/** From this length on a value is more than its first letters, and can be judged while it is typed. */
const worthJudging = 12;

/** The saved values with the changes over them. */
export const enteredValues = (
  { changes }: Pick<ConnectionDraftState, 'changes'>,
  { values }: Pick<Connection, 'values'>,
): EnteredValues => ({ ...values, ...changes });

/** Whether its settings are entered on the screen, and not by the environment or the demo. */
export const isSetHere = ({ setBy }: Pick<Connection, 'setBy'>): boolean =>
  setBy === null || setBy === 'screen';

/** Whether leaving would lose something. */
export const hasUnsaved = (
  { changes }: Pick<ConnectionDraftState, 'changes'>,
  { values }: Pick<Connection, 'values'>,
): boolean => Object.entries(changes).some(([variable, value]) => value !== (values[variable] ?? null));

/** The draft as far as it counts, beside what is saved. */
function readEntered(state: Pick<ConnectionDraftState, 'changes'>, connection: Connection): EnteredSettings {
  const { system, values, keptSecrets } = connection;
  return readDraft(setUpGuides[system], enteredValues(state, connection), { values, secrets: keptSecrets });
}

/** What is told about each field now, variable to a sentence. */
export function shownProblems(
  state: Pick<ConnectionDraftState, 'changes' | 'left' | 'isAsked' | 'refusals'>,
  connection: Connection,
): Record<string, string> {
  const values = enteredValues(state, connection);
  const isTold = ([variable]: [string, string]) =>
    state.isAsked ||
    state.left.includes(variable) ||
    (values[variable]?.length ?? 0) >= worthJudging ||
    // It was fine until something else was changed.
    (connection.keptSecrets.includes(variable) && values[variable] === undefined);
  const { problems } = readEntered(state, connection);
  return { ...Object.fromEntries(Object.entries(problems).filter(isTold)), ...state.refusals };
}

const blank = { changes: {}, left: [], isAsked: false, refusals: {}, refusal: null };

export function createConnectionDraftStore(
  { api, connections }: { api: Api; connections: ConnectionsStore },
  /** As it is now, whatever was saved meanwhile. */
  current: () => Connection,
): ConnectionDraftStore {
  let testing: AbortController | null = null;

  return createStore<ConnectionDraftState>()((set, get) => {
    /** The draft to send, or null where something is wrong with it; that is told then. */
    function usableDraft(): ConnectionDraft | null {
      set({ isAsked: true, refusals: {}, refusal: null });
      const connection = current();
      if (!isSetHere(connection)) return { system: connection.system, values: {} };
      const { values, problems } = readEntered(get(), connection);
      if (Object.keys(problems).length > 0) return null;
      const forgotten = connection.keptSecrets.filter((variable) => get().changes[variable] === '');
      const emptied = Object.fromEntries(forgotten.map((variable) => [variable, '']));
      return { system: connection.system, values: { ...values, ...emptied } };
    }

    function refuse(thrown: unknown) {
      const words = wordsOf(thrown);
      const refused = refusedPart(thrown, 'variable');
      const isShown = setUpGuides[current().system].fields.some(({ variable }) => variable === refused);
      if (refused !== null && isShown) set({ refusals: { [refused]: words } });
      else set({ refusal: words });
    }

    async function runTrial(draft: ConnectionDraft, signal: AbortSignal) {
      for await (const check of await api.call.connections.test(draft, { signal })) {
        const trial = get().trial;
        if (trial && !signal.aborted) set({ trial: { ...trial, checks: [...trial.checks, check] } });
      }
    }

    const without = <Value>(record: Readonly<Record<string, Value>>, variable: string) =>
      Object.fromEntries(Object.entries(record).filter(([name]) => name !== variable));

    return {
      ...blank,
      isSaving: false,
      trial: null,

      change: (variable, value) =>
        set({
          changes: { ...get().changes, [variable]: value },
          refusals: without(get().refusals, variable),
          refusal: null,
        }),
      revert: (variable) =>
        set({
          changes: without(get().changes, variable),
          refusals: without(get().refusals, variable),
          left: get().left.filter((name) => name !== variable),
        }),
      leave(variable) {
        const { left, changes } = get();
        if (changes[variable] !== undefined && !left.includes(variable)) set({ left: [...left, variable] });
      },
      discard: () => set({ ...blank, trial: null }),

      async save() {
        const draft = usableDraft();
        if (draft === null) return false;
        set({ isSaving: true });
        try {
          await connections.getState().save(draft);
          set(blank);
          return true;
        } catch (thrown) {
          refuse(thrown);
          return false;
        } finally {
          set({ isSaving: false });
        }
      },

      async test() {
        get().stopTest();
        const draft = usableDraft();
        if (draft === null) return;
        const mine = new AbortController();
        testing = mine;
        set({ trial: { isRunning: true, checks: [], problem: null } });
        const finish = (problem: string | null) => {
          const trial = get().trial;
          if (testing === mine && trial) set({ trial: { ...trial, isRunning: false, problem } });
        };
        try {
          await runTrial(draft, mine.signal);
          finish(null);
        } catch (thrown) {
          if (mine.signal.aborted) return;
          refuse(thrown);
          finish(wordsOf(thrown));
        }
      },

      stopTest() {
        testing?.abort();
        testing = null;
        const trial = get().trial;
        if (trial?.isRunning) set({ trial: { ...trial, isRunning: false, problem: 'Stopped.' } });
      },
    };
  });
}
