import { Button, Textarea } from '@mantine/core';
import type { FormEvent, RefObject } from 'react';
import { wordsOf } from '../../api.ts';
import { showProblem } from '../../components/notices.tsx';
import { useComments, useStores } from '../../stores/app-stores.tsx';
import classes from './request.module.css';

interface CommentComposerProps {
  requestId: string;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** Where a colleague writes about a request; what is written is kept until it is sent. */
export function CommentComposer({ requestId, field }: CommentComposerProps) {
  const { comments } = useStores();
  const text = useComments(({ drafts }) => drafts[requestId] ?? '');
  const isSending = useComments(({ sending }) => sending[requestId] !== undefined);
  const isEmpty = text.trim() === '';
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isEmpty || isSending) return;
    comments
      .getState()
      .send(requestId)
      .catch((thrown: unknown) => showProblem('The comment was not sent', wordsOf(thrown)));
  };
  return (
    <form className={classes.composer} onSubmit={send} aria-label="Comment">
      <Textarea
        ref={field}
        aria-label="Comment for colleagues"
        placeholder="Comment for colleagues"
        autosize
        minRows={1}
        maxRows={8}
        maxLength={4000}
        value={text}
        onChange={(event) => comments.getState().write(requestId, event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        data-testid="comment-text"
      />
      <div>
        <span>Only colleagues see this.</span>
        <Button
          type="submit"
          variant="default"
          size="compact-sm"
          disabled={isEmpty || isSending}
          title="Ctrl Enter"
          data-testid="comment-send"
        >
          Comment
        </Button>
      </div>
    </form>
  );
}
