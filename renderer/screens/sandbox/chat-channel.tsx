import { IconHash } from '@tabler/icons-react';
import { useState } from 'react';
import type { SandboxChat, SandboxMessage, SandboxState } from '../../../shared/contract/contract.ts';
import { wordsOf } from '../../api.ts';
import { showProblem } from '../../components/notices.tsx';
import { Initials } from '../../components/person.tsx';
import { useStores } from '../../stores/app-stores.tsx';
import type { DecisionOrder } from '../../stores/requests.ts';
import { type BlockButton, type ButtonMeaning, meaningOf } from './block-kit.ts';
import { Composer } from './composer.tsx';
import classes from './sandbox.module.css';
import { SlackForm } from './slack-form.tsx';
import { Threads } from './threads.tsx';
import { useWriter } from './use-writer.ts';

interface ChatChannelProps {
  chat: SandboxChat;
  examples: SandboxState['examples'];
  channel: string;
}

/** A channel of a chat, or somebody's direct messages: what is said there, and where one writes. */
export function ChatChannel({ chat, examples, channel }: ChatChannelProps) {
  const isDirect = chat.channels.find(({ id }) => id === channel)?.directWith != null;
  const [pressed, setPressed] = useState<{ message: SandboxMessage; meaning: ButtonMeaning } | null>(null);
  const writer = useWriter(chat, channel);
  const { api } = useStores();

  const decide = (message: SandboxMessage, { action, owner, note }: DecisionOrder) => {
    setPressed(null);
    api.call.sandbox
      .press({ user: writer.id, channel: message.channel, ts: message.ts, action, owner, note })
      .catch((thrown: unknown) => showProblem('The button was not pressed', wordsOf(thrown)));
  };
  const press = (message: SandboxMessage, button: BlockButton) => {
    const meaning = meaningOf(button);
    if (meaning?.opensForm) setPressed({ message, meaning });
    else if (meaning) decide(message, { action: meaning.action, owner: null, note: null });
  };

  return (
    <>
      <ChannelTabs chat={chat} current={channel} />
      <Threads chat={chat} channel={channel} writer={writer} onPress={press} />
      <Composer
        key={channel}
        chat={chat}
        examples={examples}
        channel={channel}
        writer={writer}
        isDirect={isDirect}
      />
      <SlackForm
        meaning={pressed?.meaning ?? null}
        onClose={() => setPressed(null)}
        onSubmit={(order) => pressed && decide(pressed.message, order)}
      />
    </>
  );
}

function ChannelTabs({ chat, current }: { chat: SandboxChat; current: string }) {
  const { sandbox } = useStores();
  return (
    <fieldset className={classes.channels} aria-label="Channels">
      {chat.channels.map(({ id, name, directWith }) => (
        <button
          key={id}
          type="button"
          className={classes.channel}
          aria-pressed={id === current}
          onClick={() => sandbox.getState().openChannel(chat.system, id)}
          data-testid="sandbox-channel"
        >
          {directWith === null ? <IconHash size={13} aria-hidden /> : <Initials name={name} size={16} />}
          {name.replace(/^#/, '')}
        </button>
      ))}
    </fieldset>
  );
}
