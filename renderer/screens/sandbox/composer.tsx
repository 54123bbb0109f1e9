import { Button, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { SandboxChat, SandboxState } from '../../../shared/contract/contract.ts';
import { useStores } from '../../stores/app-stores.tsx';
import classes from './sandbox.module.css';
import { useSend } from './use-send.ts';
import type { Writer } from './use-writer.ts';

interface ComposerProps {
  chat: SandboxChat;
  examples: SandboxState['examples'];
  channel: string;
  writer: Writer;
  isDirect: boolean;
}

/** Begins a thread, or says something in a chat. */
export function Composer({ chat, examples, channel, writer, isDirect }: ComposerProps) {
  const [text, setText] = useState('');
  const { sandbox } = useStores();
  const send = useSend();
  const submit = async () => {
    if (text.trim() === '') return;
    const isSent = await send({
      system: chat.system,
      user: writer.id,
      channel,
      text: text.trim(),
      threadTs: null,
    });
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
          {examples.map((example) => (
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
          data={chat.people.map(({ email, name }) => ({ value: email, label: name }))}
          value={writer.email}
          onChange={(email) => email && sandbox.getState().writeAs(email)}
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
