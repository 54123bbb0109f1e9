import { useEffect, useRef } from 'react';
import type { SandboxChat, SandboxMessage } from '../../../shared/contract/contract.ts';
import { Empty } from '../../components/blocks.tsx';
import { useSandbox, useStores } from '../../stores/app-stores.tsx';
import { shownThread } from '../../stores/sandbox.ts';
import type { BlockButton } from './block-kit.ts';
import { ReplyBox } from './reply-box.tsx';
import classes from './sandbox.module.css';
import { SlackMessage } from './slack-message.tsx';
import { TeamsMessage } from './teams-message.tsx';
import type { Writer } from './use-writer.ts';

interface ThreadsProps {
  chat: SandboxChat;
  channel: string;
  writer: Writer;
  onPress: (message: SandboxMessage, button: BlockButton) => void;
}

/** What is said in a channel, thread by thread; one of them is open. */
export function Threads({ chat, channel, writer, onPress }: ThreadsProps) {
  const { system } = chat;
  const names = Object.fromEntries(chat.people.map(({ id, name }) => [id, name]));
  const messages = chat.messages.filter((message) => message.channel === channel);
  const selected = useSandbox(shownThread);
  const { sandbox } = useStores();
  const scroller = useRef<HTMLDivElement>(null);
  const threads = Map.groupBy(messages, ({ threadTs }) => threadTs);
  const newest = messages.at(-1)?.ts;

  // As in a chat, what is new comes into view; the selected thread is what one looks at.
  useEffect(() => {
    const thread = scroller.current?.querySelector('[data-selected]') ?? scroller.current?.lastElementChild;
    thread?.scrollIntoView({ block: 'end' });
  }, [newest, selected]);

  const show = (message: SandboxMessage, isReply: boolean) =>
    system === 'teams' ? (
      <TeamsMessage key={message.ts} message={message} isReply={isReply} />
    ) : (
      <SlackMessage key={message.ts} message={message} names={names} isReply={isReply} onPress={onPress} />
    );

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section ref={scroller} className={classes.scroll} tabIndex={0} aria-label="Messages">
      {messages.length === 0 && (
        <Empty title="No messages yet">
          <p>Write below as an employee, or click an example.</p>
        </Empty>
      )}
      {[...threads].map(([threadTs, [first, ...replies]]) => {
        const isSelected = selected?.channel === channel && selected.threadTs === threadTs;
        return (
          first && (
            <div
              key={threadTs}
              className={classes.thread}
              data-selected={isSelected || undefined}
              data-testid="sandbox-thread"
            >
              {show(first, false)}
              {isSelected ? (
                <>
                  {replies.map((reply) => show(reply, true))}
                  <ReplyBox
                    system={system}
                    channel={channel}
                    threadTs={threadTs}
                    writer={writer}
                    beginnings={system === 'teams' && asksToDecide(first) ? waysToDecide : []}
                  />
                </>
              ) : (
                <button
                  type="button"
                  className={classes.threadBar}
                  onClick={() => sandbox.getState().openThread({ channel, threadTs })}
                >
                  {threadWords(replies.length)}
                </button>
              )}
            </div>
          )
        );
      })}
    </section>
  );
}

function threadWords(replies: number): string {
  if (replies === 0) return 'Open thread';
  return replies === 1 ? '1 reply' : `${replies} replies`;
}

/** A card that the agent posted asks for a decision; in Teams it has no buttons. */
const asksToDecide = ({ isAgent, card, text }: SandboxMessage): boolean =>
  isAgent && (card !== null || text.includes('To decide, answer here'));

const waysToDecide = ['approve', 'approve: ', 'reject: ', 'return: '];
