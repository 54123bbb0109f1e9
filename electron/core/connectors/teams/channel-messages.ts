import { z } from 'zod';
import type { Log, StateStore } from '../../ports.ts';
import type { ChatEvent } from '../connector.ts';
import { type Graph, graphPath, hasError } from '../microsoft-graph.ts';
import { garbled } from '../vendor-fetch.ts';
import type { WatchedChannel } from './channels.ts';
import { ChatMessage, type Place, Thread, toEvents } from './map.ts';

/** How far a channel was read. */
const Progress = z.object({
  /** When we began to listen, ISO 8601: what was written before is none of ours. */
  since: z.string(),
  /** The last change that was seen, by Graph's clock. */
  newest: z.string(),
  /** Where the next round begins; null to begin anew after `newest`. */
  path: z.string().nullable(),
});
type Progress = z.infer<typeof Progress>;

/** Graph's words for a delta token that it does not know any more. */
const expired = ['resyncRequired', 'syncStateNotFound', 'syncStateInvalid'];
/** Messages may show a little late, and clocks differ; what was seen before is recognised by intake. */
const overlapMs = 10 * 60_000;

export interface ChannelMessagesOptions extends WatchedChannel {
  vendor: string;
  graph: Graph;
  state: StateStore;
  log: Log;
  accountId(): Promise<string | null>;
  onUnreadable(problem: string): void;
}

/** The news of one channel since the last round. */
export interface News {
  /** What happened in each thread, in order. */
  threads: ChatEvent[][];
  /** Whether there was any change, ours included. */
  isAny: boolean;
  /** To be called when all of it is stored; until then the next round brings it again. */
  keep(): Promise<void>;
}

/**
 * Reads a channel by Graph's delta query with replies. The first time it begins now; after a restart where it was left;
 * where the token has expired a little before the last change that was seen, so that nothing is lost, and what comes
 * twice is recognised by its id.
 */
export function createChannelMessages(
  options: ChannelMessagesOptions,
): (signal: AbortSignal) => Promise<News> {
  const { vendor, team, channel, graph, state, log } = options;
  const stateName = `teams channel ${channel}`;
  let known: Progress | null = null;

  const begin = graphPath`/teams/${team}/channels/${channel}/messages/delta`;
  const changedAfter = (at: Date) => ({
    $top: '50',
    $expand: 'replies',
    $filter: `lastModifiedDateTime gt ${at.toISOString()}`,
  });

  async function load(signal: AbortSignal): Promise<Progress> {
    const kept = await state.get(stateName);
    if (kept !== null) return Progress.parse(JSON.parse(kept));
    // Ours may be wrong: the first answer tells only what time it is for Graph, which dates the messages.
    const query = { ...changedAfter(graph.now()), $top: '1' };
    await graph.pages(z.unknown(), begin, { query, signal }).next();
    const since = new Date(graph.now().getTime() - overlapMs).toISOString();
    const first = { since, newest: since, path: null };
    await state.set(stateName, JSON.stringify(first));
    return first;
  }

  async function read(progress: Progress, signal: AbortSignal): Promise<{ raw: unknown[]; path: string }> {
    const after = new Date(Math.max(Date.parse(progress.newest) - overlapMs, Date.parse(progress.since)));
    const call = progress.path === null ? { query: changedAfter(after), signal } : { signal };
    const raw: unknown[] = [];
    let next: string | null = null;
    for await (const page of graph.pages(z.unknown(), progress.path ?? begin, call)) {
      for (const item of page.items) raw.push(item, ...(await repliesIn(item, signal)));
      next = page.deltaPath;
    }
    if (next === null) throw garbled(vendor, 'a delta query without its end');
    return { raw, path: next };
  }

  async function repliesIn(item: unknown, signal: AbortSignal): Promise<unknown[]> {
    const thread = Thread.safeParse(item);
    if (!thread.success) return [];
    const replies = [...(thread.data.replies ?? [])];
    const more = thread.data['replies@odata.nextLink'];
    if (!more) return replies;
    for await (const page of graph.pages(z.unknown(), graph.pathOfLink(more), { signal }))
      replies.push(...page.items);
    return replies;
  }

  async function readFrom(progress: Progress, signal: AbortSignal) {
    try {
      return await read(progress, signal);
    } catch (thrown) {
      if (progress.path === null || !hasError(thrown, { status: 410, codes: expired })) throw thrown;
      log.info({ channel }, 'Teams has forgotten how far the channel was read; it is read again');
      return read({ ...progress, path: null }, signal);
    }
  }

  return async (signal) => {
    const progress: Progress = known ?? (await load(signal));
    known = progress;
    const place: Place = {
      channel,
      kind: 'channel',
      accountId: await options.accountId(),
      since: progress.since,
    };
    const { raw, path } = await readFrom(progress, signal);
    const messages = raw.flatMap((item) => {
      const parsed = ChatMessage.safeParse(item);
      if (parsed.success) return [parsed.data];
      options.onUnreadable(`Teams sent a message of an unknown form in ${channel}. It was skipped.`);
      return [];
    });
    const newest = messages
      .map(({ lastModifiedDateTime, createdDateTime }) => lastModifiedDateTime ?? createdDateTime)
      .reduce((latest, at) => (Date.parse(at) > Date.parse(latest) ? at : latest), progress.newest);
    return {
      threads: threadsOf(messages, place),
      isAny: messages.length > 0,
      async keep() {
        known = { ...progress, newest, path };
        // Without news the old token serves as well.
        if (messages.length > 0 || progress.path === null) await state.set(stateName, JSON.stringify(known));
      },
    };
  };
}

/** What people did, thread by thread, in the order in which they did; a message that came twice counts once. */
export function threadsOf(messages: readonly ChatMessage[], place: Place): ChatEvent[][] {
  const events = [...new Map(messages.map((message) => [message.id, message])).values()]
    .flatMap((message) => toEvents(message, place))
    .sort((first, second) => first.atMs - second.atMs);
  return [...Map.groupBy(events, ({ thread }) => thread).values()].map((thread) =>
    thread.map(({ event }) => event),
  );
}
