import { z } from 'zod';
import { graphError, type RoutedCall } from '../graph/router.ts';
import type { StandInReply } from '../stand-in.ts';
import type { Conversations, TeamsPost } from './conversations.ts';
import { messageJson } from './payloads.ts';

/** What a link of a delta query carries. */
const Token = z.object({
  /** Tokens of an earlier epoch are forgotten. */
  epoch: z.number(),
  /** Changes after this one are news; for a first round those after a time, in milliseconds. */
  after: z.number(),
  sinceMs: z.number(),
  /** The last change that this round tells. */
  upTo: z.number(),
  start: z.number(),
  top: z.number(),
  withReplies: z.boolean(),
});
type Token = z.infer<typeof Token>;

/** A channel's delta query: threads that have changed, with their replies where those were asked for. */
export interface Delta {
  query(call: RoutedCall): StandInReply;
  /** The connector is known to have stored the channel's changes up to this one. */
  storedUpTo(channel: string): number;
  /** Every token that was given out is forgotten: the next query by one answers 410. */
  expire(): void;
}

/** Further replies are behind a link of their own. */
const repliesShown = 20;

export function createDelta(conversations: Conversations): Delta {
  const stored = new Map<string, number>();
  let epoch = 0;

  function first(query: URLSearchParams): Token | null {
    const filter = query.get('$filter');
    const since = /^lastModifiedDateTime gt (\S+)$/.exec(filter ?? '')?.[1];
    if (filter !== null && since === undefined) return null;
    return {
      epoch,
      after: 0,
      sinceMs: since === undefined ? 0 : Date.parse(since),
      upTo: conversations.lastChange(),
      start: 0,
      top: Math.min(Number(query.get('$top') ?? 20), 50),
      withReplies: query.get('$expand') === 'replies',
    };
  }

  function changedThreads(channel: string, { after, sinceMs, upTo, withReplies }: Token): TeamsPost[] {
    const posts = conversations.posts().filter(({ conversation }) => conversation === channel);
    const isNews = ({ modifiedAtMs, change }: TeamsPost) =>
      change > after && change <= upTo && modifiedAtMs > sinceMs;
    const changed = new Set(
      posts
        .filter((post) => isNews(post) && (withReplies || post.thread === null))
        .map(({ id, thread }) => thread ?? id),
    );
    return posts.filter(({ id }) => changed.has(id));
  }

  function threadJson(root: TeamsPost, withReplies: boolean, url: URL): object {
    const json = messageJson(root, conversations);
    if (!withReplies) return json;
    const replies = conversations.posts().filter(({ thread }) => thread === root.id);
    const shown = replies.slice(0, repliesShown).map((reply) => messageJson(reply, conversations));
    const more = new URL(url.pathname.replace(/delta$/, `${root.id}/replies`), url);
    more.searchParams.set('$skiptoken', String(repliesShown));
    return {
      ...json,
      replies: shown,
      ...(replies.length > repliesShown ? { 'replies@odata.nextLink': more.href } : {}),
    };
  }

  function linkTo(url: URL, name: '$deltatoken' | '$skiptoken', token: Token): string {
    const link = new URL(url.pathname, url);
    link.searchParams.set(name, Buffer.from(JSON.stringify(token)).toString('base64url'));
    return link.href;
  }

  return {
    query({ part, query, url }) {
      const channel = part('channel');
      const given = query.get('$deltatoken') ?? query.get('$skiptoken');
      const token = given === null ? first(query) : readToken(given);
      if (token === null) return graphError(400, 'BadRequest', 'The delta query is not supported.');
      if (token.epoch !== epoch) return graphError(410, 'resyncRequired', 'The delta token has expired.');
      const isNewRound = query.has('$deltatoken');
      if (isNewRound) stored.set(channel, token.after);
      const round = isNewRound ? { ...token, upTo: conversations.lastChange() } : token;
      const threads = changedThreads(channel, round);
      const { start, top, withReplies } = round;
      const shown = threads.slice(start, start + top).map((root) => threadJson(root, withReplies, url));
      const hasMore = threads.length > start + top;
      const link = hasMore
        ? { '@odata.nextLink': linkTo(url, '$skiptoken', { ...round, start: start + top }) }
        : { '@odata.deltaLink': linkTo(url, '$deltatoken', nextRound(round)) };
      return { status: 200, body: { value: shown, ...link } };
    },
    storedUpTo: (channel) => stored.get(channel) ?? 0,
    expire() {
      epoch += 1;
    },
  };
}

function nextRound(round: Token): Token {
  return { ...round, after: round.upTo, sinceMs: 0, start: 0 };
}

function readToken(text: string): Token | null {
  try {
    return Token.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
