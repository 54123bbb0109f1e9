import { Button, Textarea } from '@mantine/core';
import { useRef, useState } from 'react';
import type { ChatSystem } from '../../../shared/contract/contract.ts';
import classes from './sandbox.module.css';
import { useSend } from './use-send.ts';
import type { Writer } from './use-writer.ts';

interface ReplyBoxProps {
  system: ChatSystem;
  channel: string;
  threadTs: string;
  writer: Writer;
  /** What may be answered by a click, where the chat has no buttons for it; the rest is typed behind it. */
  beginnings: readonly string[];
}

/** Answers in a thread. */
export function ReplyBox({ system, channel, threadTs, writer, beginnings }: ReplyBoxProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const send = useSend();
  const submit = async () => {
    if (text.trim() === '') return;
    const isSent = await send({ system, user: writer.id, channel, text: text.trim(), threadTs });
    if (isSent) setText('');
  };
  const begin = (beginning: string) => {
    setText(beginning);
    field.current?.focus();
  };
  return (
    <div className={classes.replyBox}>
      {beginnings.length > 0 && (
        <fieldset className={classes.beginnings} aria-label="Ways to decide">
          {beginnings.map((beginning) => (
            <button
              key={beginning}
              type="button"
              className={classes.example}
              onClick={() => begin(beginning)}
              data-testid="sandbox-beginning"
            >
              {beginning.trim()}
            </button>
          ))}
        </fieldset>
      )}
      <Textarea
        size="xs"
        autosize
        minRows={1}
        maxRows={6}
        ref={field}
        placeholder={`Reply as ${writer.name}`}
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
