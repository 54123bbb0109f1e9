import type { SandboxMessage } from '../../../shared/contract/contract.ts';
import { Initials } from '../../components/person.tsx';
import { type Block, type BlockButton, parseBlocks } from './block-kit.ts';
import { clockTime } from './clock-time.ts';
import classes from './sandbox.module.css';
import { SlackText } from './slack-text.tsx';

interface SlackMessageProps {
  message: SandboxMessage;
  names: Readonly<Record<string, string>>;
  isReply: boolean;
  onPress: (message: SandboxMessage, button: BlockButton) => void;
}

export function SlackMessage({ message, names, isReply, onPress }: SlackMessageProps) {
  const blocks = parseBlocks(message.blocks);
  const author = message.isAgent ? 'Switchyard' : message.userName;
  return (
    <div className={`${classes.message} ${isReply ? classes.reply : ''}`} data-testid="sandbox-message">
      <Initials name={author} isAgent={message.isAgent} size={32} />
      <div>
        <div className={classes.messageHead}>
          <b>{author}</b>
          {message.isAgent && <span className={classes.app}>APP</span>}
          <time dateTime={message.at}>{clockTime(message.at)}</time>
        </div>
        {blocks.length === 0 ? (
          <p className={classes.text}>
            <SlackText text={message.text} names={names} />
          </p>
        ) : (
          <div className={classes.card}>
            {blocks.map((block, index) => (
              <BlockView
                key={index.toString()}
                block={block}
                names={names}
                onPress={(button) => onPress(message, button)}
              />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

interface BlockViewProps {
  block: Block;
  names: Readonly<Record<string, string>>;
  onPress: (button: BlockButton) => void;
}

function BlockView({ block, names, onPress }: BlockViewProps) {
  switch (block.type) {
    case 'header':
      return <h3>{block.text.text}</h3>;
    case 'section':
      return <SectionBlock block={block} names={names} />;
    case 'context':
      return (
        <p className={classes.text}>
          {block.elements.map(({ text }) => (
            <SlackText key={text} text={text} names={names} />
          ))}
        </p>
      );
    case 'divider':
      return <hr />;
    case 'actions':
      return (
        <div className={classes.actions}>
          {block.elements.map((button) => (
            <button
              key={button.action_id}
              type="button"
              className={classes.slackButton}
              data-style={button.style}
              onClick={() => onPress(button)}
              data-testid={`slack-${button.action_id}`}
            >
              {button.text.text}
            </button>
          ))}
        </div>
      );
  }
}

function SectionBlock({
  block,
  names,
}: {
  block: Extract<Block, { type: 'section' }>;
  names: BlockViewProps['names'];
}) {
  const isQuote = block.text?.text.startsWith('> ');
  const text = block.text?.text.replace(/^> ?/, '');
  return (
    <>
      {text && (
        <p className={`${classes.text} ${isQuote ? classes.quote : ''}`}>
          <SlackText text={text} names={names} />
        </p>
      )}
      {block.fields.length > 0 && (
        <div className={classes.fields}>
          {block.fields.map((field) => (
            <p key={field.text} className={classes.text}>
              <SlackText text={field.text} names={names} />
            </p>
          ))}
        </div>
      )}
    </>
  );
}
