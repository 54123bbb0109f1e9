import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SandboxState } from '../../shared/contract/contract.ts';
import { type Api, wordsOf } from '../api.ts';

/** A thread by the message that it began with. */
export interface ThreadRef {
  channel: string;
  threadTs: string;
}

export interface OutgoingChat {
  /** Slack id of the employee who writes. */
  user: string;
  channel: string;
  text: string;
  /** Null begins a thread. */
  threadTs: string | null;
}

export interface SandboxStoreState {
  state: SandboxState | null;
  problem: string | null;
  /** When the owner of a record (`system:id`) changed, in milliseconds; only changes since the sandbox was opened. */
  changedAt: Record<string, number>;
  /** The channel that is shown. */
  channel: string | null;
  thread: ThreadRef | null;
  /** Slack id of the employee as whom one writes. */
  writer: string | null;
  refresh(): Promise<void>;
  /** Writes a message and selects its thread; throws the server's refusal. */
  send(message: OutgoingChat): Promise<void>;
  openChannel(channel: string): void;
  openThread(thread: ThreadRef | null): void;
  writeAs(user: string): void;
}
export type SandboxStore = StoreApi<SandboxStoreState>;

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

export function createSandboxStore(api: Api): SandboxStore {
  return createStore<SandboxStoreState>()((set, get) => ({
    state: null,
    problem: null,
    changedAt: {},
    channel: null,
    thread: null,
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
          channel: before.channel ?? state.channels.find(({ directWith }) => directWith === null)?.id ?? null,
          writer: before.writer ?? state.examples[0]?.user ?? state.people[0]?.slackId ?? null,
        });
      } catch (thrown) {
        set({ problem: wordsOf(thrown) });
      }
    },
    async send({ user, channel, text, threadTs }) {
      const { ts } = await api.call.sandbox.send({ user, channel, text, threadTs });
      set({ channel, thread: { channel, threadTs: threadTs ?? ts } });
      await get().refresh();
    },
    openChannel: (channel) => set({ channel }),
    openThread: (thread) => set({ thread }),
    writeAs: (writer) => set({ writer }),
  }));
}
