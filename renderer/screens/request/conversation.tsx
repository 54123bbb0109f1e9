import { IconPaperclip } from '@tabler/icons-react';
import type { RefObject } from 'react';
import type { Attachment, Message } from '../../../shared/model/request.ts';
import { wordsOf } from '../../api.ts';
import { Ago, Section } from '../../components/blocks.tsx';
import { showProblem } from '../../components/notices.tsx';
import { Initials, useNameOf } from '../../components/person.tsx';
import { saveFile } from '../../components/save-file.ts';
import { byteWords, sourceLabels } from '../../components/words.ts';
import { useStores } from '../../stores/app-stores.tsx';
import { CommentComposer } from './comment-composer.tsx';
import { Note } from './note.tsx';
import classes from './request.module.css';
import { WaitingComments } from './waiting-comments.tsx';

interface ConversationProps {
  requestId: string;
  messages: readonly Message[];
  attachments: readonly Attachment[];
  /** The field to write in, where one may write and not only read. */
  composer?: RefObject<HTMLTextAreaElement | null>;
}

export function Conversation({ requestId, messages, attachments, composer }: ConversationProps) {
  return (
    <Section title="Conversation" count={messages.length}>
      <ol>
        {messages.map((message) =>
          message.direction === 'note' ? (
            <Note
              key={message.message_id}
              author={message.author}
              text={message.text}
              about={<Ago at={message.created_at} />}
            />
          ) : (
            <MessageItem key={message.message_id} message={message} />
          ),
        )}
        <WaitingComments requestId={requestId} />
      </ol>
      {attachments.map((attachment) => (
        <AttachmentButton key={attachment.attachment_id} attachment={attachment} />
      ))}
      {composer && <CommentComposer requestId={requestId} field={composer} />}
    </Section>
  );
}

const audienceWords = { requester: 'to the requester', approver: 'to the approver', thread: 'in the thread' };

function MessageItem({ message }: { message: Message }) {
  const nameOfEmail = useNameOf();
  const isAgent = message.direction === 'out';
  const author = isAgent
    ? 'Agent'
    : (message.author_name ?? (message.author ? nameOfEmail(message.author) : 'Unknown'));
  return (
    <li className={classes.message}>
      <Initials name={author} isAgent={isAgent} size={24} />
      <div>
        <header>
          <b>{author}</b>
          <span>
            {isAgent && message.audience ? `${audienceWords[message.audience]}, ` : ''}
            {sourceLabels[message.source]}, <Ago at={message.created_at} />
            {isAgent && message.sent_at === null ? ', not sent yet' : ''}
          </span>
        </header>
        <p>{message.text}</p>
      </div>
    </li>
  );
}

function AttachmentButton({ attachment }: { attachment: Attachment }) {
  const { api } = useStores();
  const save = () =>
    api.call.requests
      .attachment({ attachmentId: attachment.attachment_id })
      .then(({ name, content }) => {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        // Never by its own media type: what somebody uploaded is saved, not shown.
        saveFile(name, new Blob([bytes], { type: 'application/octet-stream' }));
      })
      .catch((thrown: unknown) => showProblem(`${attachment.name} was not saved`, wordsOf(thrown)));
  return (
    <button type="button" className={classes.attachment} onClick={() => void save()}>
      <IconPaperclip size={14} aria-hidden />
      {attachment.name} ({byteWords(attachment.sizeBytes)})
    </button>
  );
}
