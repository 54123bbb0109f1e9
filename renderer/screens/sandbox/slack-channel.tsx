import { Button, Select, Textarea } from '@mantine/core';
import { IconHash } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { SandboxMessage, SandboxState } from '../../../shared/contract/contract.ts';
import { wordsOf } from '../../api.ts';
import { Empty } from '../../components/blocks.tsx';
import { showProblem } from '../../components/notices.tsx';
import { Initials } from '../../components/person.tsx';
import { useSandbox, useStores } from '../../stores/app-stores.tsx';
import type { DecisionOrder } from '../../stores/requests.ts';
import type { OutgoingChat } from '../../stores/sandbox.ts';
import { type BlockButton, type ButtonMeaning, meaningOf } from './block-kit.ts';
import classes from './sandbox.module.css';
import { SlackForm } from './slack-form.tsx';
import { SlackMessage } from './slack-message.tsx';

/** Writes as an employee; true where it was accepted. */
export function useSend(): (message: OutgoingChat) => Promise<boolean> {
  const { sandbox } = useStores();
  return async (message) => {
    try {
      await sandbox.getState().send(message);
      return true;
    } catch (thrown) {
      showProblem('The message was not sent', wordsOf(thrown));
      return false;
    }
  };
}

/** As whom one writes in a channel: in a direct message only the person whose it is. */
function useWriter(state: SandboxState, channel: string): string {
  const writer = useSandbox((sandbox) => sandbox.writer);
  return state.channels.find(({ id }) => id === channel)?.directWith ?? writer ?? '';
}

export function SlackChannel({ state, channel }: { state: SandboxState; channel: string }) {
  const names = Object.fromEntries(state.people.map(({ slackId, name }) => [slackId, name]));
  const messages = state.messages.filter((message) => message.channel === channel);
  const isDirect = state.channels.find(({ id }) => id === channel)?.directWith !== null;
  const [pressed, setPressed] = useState<{ message: SandboxMessage; meaning: ButtonMeaning } | null>(null);
  const writer = useWriter(state, channel);
  const { api } = useStores();

  const decide = (message: SandboxMessage, { action, owner, note }: DecisionOrder) => {
    setPressed(null);
    api.call.sandbox
      .press({ user: writer, channel: message.channel, ts: message.ts, action, owner, note })
      .catch((thrown: unknown) => showProblem('The button was not pressed', wordsOf(thrown)));
  };
  const press = (message: SandboxMessage, button: BlockButton) => {
    const meaning = meaningOf(button);
    if (meaning?.opensForm) setPressed({ message, meaning });
    else if (meaning) decide(message, { action: meaning.action, owner: null, note: null });
  };

  return (
    <>
      <ChannelTabs state={state} current={channel} />
      <Threads messages={messages} names={names} channel={channel} writer={writer} onPress={press} />
      <Composer key={channel} state={state} channel={channel} writer={writer} isDirect={isDirect} />
      <SlackForm
        meaning={pressed?.meaning ?? null}
        onClose={() => setPressed(null)}
        onSubmit={(order) => pressed && decide(pressed.message, order)}
      />
    </>
  );
}

function ChannelTabs({ state, current }: { state: SandboxState; current: string }) {
  const { sandbox } = useStores();
  return (
    <fieldset className={classes.channels} aria-label="Channels">
      {state.channels.map(({ id, name, directWith }) => (
        <button
          key={id}
          type="button"
          className={classes.channel}
          aria-pressed={id === current}
          onClick={() => sandbox.getState().openChannel(id)}
          data-testid="sandbox-channel"
        >
          {directWith === null ? <IconHash size={13} aria-hidden /> : <Initials name={name} size={16} />}
          {name.replace(/^#/, '')}
        </button>
      ))}
    </fieldset>
  );
}

interface ThreadsProps {
  messages: readonly SandboxMessage[];
  names: Readonly<Record<string, string>>;
  channel: string;
  writer: string;
  onPress: (message: SandboxMessage, button: BlockButton) => void;
}

function Threads({ messages, names, channel, writer, onPress }: ThreadsProps) {
  const selected = useSandbox((sandbox) => sandbox.thread);
  const { sandbox } = useStores();
  const scroller = useRef<HTMLDivElement>(null);
  const threads = Map.groupBy(messages, ({ threadTs }) => threadTs);
  const newest = messages.at(-1)?.ts;

  // As in Slack, what is new comes into view; the selected thread is what one looks at.
  useEffect(() => {
    const thread = scroller.current?.querySelector('[data-selected]') ?? scroller.current?.lastElementChild;
    thread?.scrollIntoView({ block: 'end' });
  }, [newest, selected]);

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
              <SlackMessage message={first} names={names} isReply={false} onPress={onPress} />
              {isSelected ? (
                <>
                  {replies.map((reply) => (
                    <SlackMessage key={reply.ts} message={reply} names={names} isReply onPress={onPress} />
                  ))}
                  <ReplyBox channel={channel} threadTs={threadTs} writer={writer} names={names} />
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

interface ReplyBoxProps {
  channel: string;
  threadTs: string;
  writer: string;
  names: Readonly<Record<string, string>>;
}

function ReplyBox({ channel, threadTs, writer, names }: ReplyBoxProps) {
  const [text, setText] = useState('');
  const send = useSend();
  const submit = async () => {
    if (text.trim() === '') return;
    const isSent = await send({ user: writer, channel, text: text.trim(), threadTs });
    if (isSent) setText('');
  };
  return (
    <div className={classes.replyBox}>
      <Textarea
        size="xs"
        autosize
        minRows={1}
        maxRows={6}
        placeholder={`Reply as ${names[writer] ?? writer}`}
        aria-label="Reply in the thread"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          void submit();
        }}
        data-testid="sandbox-reply"
      />
      <Button
        variant="default"
        onClick={() => void submit()}
        disabled={text.trim() === ''}
        data-testid="sandbox-reply-send"
      >
        Reply
      </Button>
    </div>
  );
}

interface ComposerProps {
  state: SandboxState;
  channel: string;
  writer: string;
  isDirect: boolean;
}

function Composer({ state, channel, writer, isDirect }: ComposerProps) {
  const [text, setText] = useState('');
  const { sandbox } = useStores();
  const send = useSend();
  const submit = async () => {
    if (text.trim() === '') return;
    const isSent = await send({ user: writer, channel, text: text.trim(), threadTs: null });
    if (isSent) setText('');
  };
  const take = (example: SandboxState['examples'][number]) => {
    sandbox.getState().writeAs(example.user);
    setText(example.text);
  };
  return (
    <div className={classes.composer}>
      {!isDirect && (
        <fieldset className={classes.examples} aria-label="Examples">
          {state.examples.map((example) => (
            <button
              key={example.title}
              type="button"
              className={classes.example}
              title={example.text}
              onClick={() => take(example)}
              data-testid="sandbox-example"
            >
              {example.title}
            </button>
          ))}
        </fieldset>
      )}
      <Textarea
        autosize
        minRows={2}
        maxRows={8}
        placeholder="Write a message. Enter sends it."
        aria-label="Message"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          void submit();
        }}
        data-testid="sandbox-composer"
      />
      <div className={classes.composerFoot}>
        <span>as</span>
        <Select
          size="xs"
          w={190}
          aria-label="Write as"
          data={state.people.map(({ slackId, name }) => ({ value: slackId, label: name }))}
          value={writer}
          onChange={(user) => user && sandbox.getState().writeAs(user)}
          disabled={isDirect}
          allowDeselect={false}
          searchable
          data-testid="sandbox-writer"
        />
        <Button onClick={() => void submit()} disabled={text.trim() === ''} data-testid="sandbox-send">
          Send
        </Button>
      </div>
    </div>
  );
}
