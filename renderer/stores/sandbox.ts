import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ChatSystem, SandboxChat, SandboxState } from '../../shared/contract/contract.ts';
import { type Api, wordsOf } from '../api.ts';

/** A thread by the message that it began with. */
export interface ThreadRef {
  channel: string;
  threadTs: string;
}

export interface OutgoingChat {
  system: ChatSystem;
  /** The chat's id of the employee who writes. */
  user: string;
  channel: string;
  text: string;
  /** Null begins a thread. */
  threadTs: string | null;
}

/** What is looked at in one chat. */
export interface ChatPlace {
  channel: string | null;
  thread: ThreadRef | null;
}

export interface SandboxStoreState {
  state: SandboxState | null;
  problem: string | null;
  /** When the owner of a record (`system:id`) changed, in milliseconds; only changes since the sandbox was opened. */
  changedAt: Record<string, number>;
  /** The chat that is shown. */
  system: ChatSystem;
  places: Record<ChatSystem, ChatPlace>;
  /** E-mail of the employee as whom one writes. */
  writer: string | null;
  refresh(): Promise<void>;
  /** Writes a message and selects its thread; throws the server's refusal. */
  send(message: OutgoingChat): Promise<void>;
  openChat(system: ChatSystem): void;
  openChannel(system: ChatSystem, channel: string): void;
  /** In the chat that is shown. */
  openThread(thread: ThreadRef | null): void;
  writeAs(email: string): void;
}
export type SandboxStore = StoreApi<SandboxStoreState>;

/** The thread that is looked at. */
export const shownThread = ({ places, system }: SandboxStoreState): ThreadRef | null => places[system].thread;

/** The chat that is shown, where there is one, with its open channel. */
export function shownChat({ state, system, places }: SandboxStoreState): {
  chat: SandboxChat | null;
  channel: string | null;
} {
  const chat = state?.chats.find((candidate) => candidate.system === system) ?? null;
  return { chat, channel: places[system].channel ?? firstChannel(chat) };
}

const firstChannel = (chat: SandboxChat | null): string | null =>
  chat?.channels.find(({ directWith }) => directWith === null)?.id ?? null;

type SandboxRecord = SandboxState['records'][number];

export const recordKey = ({ system, id }: { system: string; id: string }): string => `${system}:${id}`;

/** Keys of the records that have another owner than before. */
export function recordsWithNewOwner(
  before: readonly SandboxRecord[],
  after: readonly SandboxRecord[],
): string[] {
  const known = new Map(before.map(({ record }) => [recordKey(record), record.owner?.id]));
  return after
    .map(({ record }) => ({ key: recordKey(record), owner: record.owner?.id }))
    .filter(({ key, owner }) => known.has(key) && known.get(key) !== owner)
    .map(({ key }) => key);
}

const nowhere: ChatPlace = { channel: null, thread: null };

export function createSandboxStore(api: Api): SandboxStore {
  return createStore<SandboxStoreState>()((set, get) => {
    const goTo = (system: ChatSystem, place: ChatPlace) =>
      set({ system, places: { ...get().places, [system]: place } });
    return {
      state: null,
      problem: null,
      changedAt: {},
      system: 'slack',
      places: { slack: nowhere, teams: nowhere },
      writer: null,
      async refresh() {
        try {
          const state = await api.call.sandbox.state();
          const before = get();
          const changed = recordsWithNewOwner(before.state?.records ?? [], state.records);
          const now = Date.now();
          set({
            state,
            problem: null,
            changedAt: { ...before.changedAt, ...Object.fromEntries(changed.map((key) => [key, now])) },
            writer: before.writer ?? state.examples[0]?.user ?? state.chats[0]?.people[0]?.email ?? null,
          });
        } catch (thrown) {
          set({ problem: wordsOf(thrown) });
        }
      },
      async send({ system, user, channel, text, threadTs }) {
        const { ts } = await api.call.sandbox.send({ system, user, channel, text, threadTs });
        goTo(system, { channel, thread: { channel, threadTs: threadTs ?? ts } });
        await get().refresh();
      },
      openChat: (system) => set({ system }),
      openChannel: (system, channel) => goTo(system, { ...get().places[system], channel }),
      openThread: (thread) => goTo(get().system, { ...get().places[get().system], thread }),
      writeAs: (writer) => set({ writer }),
    };
  });
}
