import type { ChatConnector } from '../../electron/core/connectors/connector.ts';
import type { CallKind } from './fault-rows.ts';

/** The thread in which a chat's harness writes, and somebody whom it looks up. */
export interface ChatPlace {
  channel: string;
  thread: string;
  email: string;
}

/**
 * The calls of a chat. A list is the thread that a retry looks through, with the message in it; a search looks there for
 * one that it lacks, and then posts it; a write is one that nobody looks for.
 */
export function createChatCalls(chat: ChatConnector, { channel, thread, email }: ChatPlace) {
  let count = 0;
  const post = (key: string, mayBeThere: boolean) =>
    chat.post({ to: { channel, thread }, text: 'It is done.', key, mayBeThere });
  return {
    /** Puts the message there that lists are looked through for. */
    prepare: () => post('there already', false),
    async call(kind: CallKind): Promise<unknown> {
      if (kind === 'read') return chat.findUserByEmail(email);
      if (kind === 'list') return post('there already', true);
      count += 1;
      return (await post(`new ${count}`, kind === 'search')).channel;
    },
  };
}
