import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StateStore } from '../../ports.ts';
import type { ChatEvent } from '../connector.ts';
import { type Graph, graphPath } from '../microsoft-graph.ts';
import { type News, threadsOf } from './channel-messages.ts';
import { Chat, ChatMessage } from './map.ts';

/** How far the account's chats were read. */
const Progress = z.object({
  /** When we began to listen, ISO 8601: what was written before is none of ours. */
  since: z.string(),
  /** The newest message that a round began with, by Graph's clock. */
  newest: z.string(),
});
type Progress = z.infer<typeof Progress>;

const stateName = 'teams chats';
const overlapMs = 10 * 60_000;
const chatsQuery = { $expand: 'lastMessagePreview', $top: '50' };

export interface ChatMessagesOptions {
  /** For the signed-in account: an app alone cannot ask for all chats of one account. */
  graph: Graph;
  state: StateStore;
  /** Throws `vendor_auth`, which says so to the admin, where nobody is signed in. */
  account(): Promise<{ id: string }>;
  onUnreadable(problem: string): void;
}

/**
 * Reads the account's chats: those whose newest message is news, or was changed. A chat has no delta query for an
 * account, so the newest message of each is compared with the one that was handled last, and `newest` bounds how far
 * back is read. A change of an older message is therefore told with the next message of its chat.
 */
export function createChatMessages(options: ChatMessagesOptions): (signal: AbortSignal) => Promise<News> {
  const { graph, state } = options;
  let known: Progress | null = null;
  /** Chat to the state of its newest message when it was handled. */
  let handled = new Map<string, string>();

  async function load(signal: AbortSignal): Promise<Progress> {
    const kept = await state.get(stateName);
    if (kept !== null) return Progress.parse(JSON.parse(kept));
    // Ours may be wrong: the first answer tells only what time it is for Graph, which dates the messages.
    await graph.pages(Chat, '/chats', { query: chatsQuery, signal }).next();
    const since = new Date(graph.now().getTime() - overlapMs).toISOString();
    const first = { since, newest: since };
    await state.set(stateName, JSON.stringify(first));
    return first;
  }

  async function listChats(signal: AbortSignal): Promise<Chat[]> {
    const chats: Chat[] = [];
    const pages = graph.pages(Chat, '/chats', { query: chatsQuery, signal });
    for await (const page of pages) chats.push(...page.items);
    return chats;
  }

  /** The chat's messages that were written or changed after the given time. */
  async function readChat(chat: Chat, afterMs: number, signal: AbortSignal): Promise<ChatMessage[]> {
    const messages: ChatMessage[] = [];
    const path = graphPath`/chats/${chat.id}/messages`;
    const query = {
      $top: '50',
      $orderby: 'lastModifiedDateTime desc',
      $filter: `lastModifiedDateTime gt ${new Date(afterMs - 1).toISOString()}`,
    };
    for await (const page of graph.pages(z.unknown(), path, { query, signal })) {
      for (const item of page.items) {
        const parsed = ChatMessage.safeParse(item);
        if (parsed.success) messages.push(parsed.data);
        else options.onUnreadable('Teams sent a chat message of an unknown form. It was skipped.');
      }
    }
    return messages;
  }

  return async (signal) => {
    const { id: accountId } = await options.account();
    const progress: Progress = known ?? (await load(signal));
    known = progress;
    const { since } = progress;
    const afterMs = Math.max(Date.parse(progress.newest) - overlapMs, Date.parse(since));
    const previews = (await listChats(signal)).flatMap((chat) => {
      const { createdDateTime } = chat.lastMessagePreview ?? {};
      return createdDateTime ? [{ chat, state: stateOf(chat), createdDateTime }] : [];
    });
    const recent = previews.filter(({ createdDateTime }) => Date.parse(createdDateTime) >= afterMs);
    const fresh = recent.filter(({ chat, state }) => handled.get(chat.id) !== state);
    const threads: ChatEvent[][] = [];
    for (const { chat } of fresh) {
      const kind = chat.chatType === 'oneOnOne' ? 'direct' : 'group';
      const place = { channel: chat.id, kind, accountId, since } as const;
      threads.push(...threadsOf(await readChat(chat, afterMs, signal), place));
    }
    const newest = recent
      .map(({ createdDateTime }) => createdDateTime)
      .reduce((latest, at) => (Date.parse(at) > Date.parse(latest) ? at : latest), progress.newest);
    return {
      threads,
      isAny: fresh.length > 0,
      async keep() {
        handled = new Map(recent.map(({ chat, state }) => [chat.id, state]));
        known = { since, newest };
        if (newest !== progress.newest) await state.set(stateName, JSON.stringify(known));
      },
    };
  };
}

/** Another one after each new message, and after each change of the newest one; nobody's words are kept in it. */
function stateOf({ lastMessagePreview }: Chat): string {
  const { id, isDeleted, body } = lastMessagePreview ?? {};
  return createHash('sha256')
    .update(JSON.stringify([id, isDeleted, body?.content]))
    .digest('base64url');
}
