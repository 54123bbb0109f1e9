import type { SandboxMessage } from '../../../shared/contract/contract.ts';
import { Initials } from '../../components/person.tsx';
import { type CardLine, cardLines } from './adaptive-card.ts';
import { clockTime } from './clock-time.ts';
import classes from './sandbox.module.css';

interface TeamsMessageProps {
  message: SandboxMessage;
  isReply: boolean;
}

/** A message as Teams shows it: its words in a box, and the card below them. */
export function TeamsMessage({ message, isReply }: TeamsMessageProps) {
  const { userName, isAgent, at, text, card } = message;
  return (
    <div className={`${classes.message} ${isReply ? classes.reply : ''}`} data-testid="sandbox-message">
      <Initials name={userName} isAgent={isAgent} size={32} />
      <div className={classes.teamsBox} data-agent={isAgent || undefined}>
        <div className={classes.messageHead}>
          <b>{userName}</b>
          <time dateTime={at}>{clockTime(at)}</time>
        </div>
        <p className={classes.text}>{text}</p>
        {card && <Card lines={cardLines(card)} />}
      </div>
    </div>
  );
}

function Card({ lines }: { lines: readonly CardLine[] }) {
  return (
    <div className={classes.card} data-testid="sandbox-card">
      {lines.map((line, index) => (
        <p key={index.toString()} className={classes.text}>
          {line.map((run) => (
            <Run key={run.text} run={run} />
          ))}
        </p>
      ))}
    </div>
  );
}

function Run({ run: { text, isStrong, url } }: { run: CardLine[number] }) {
  const shown = isStrong ? <b>{text}</b> : text;
  if (url === null) return shown;
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {shown}
    </a>
  );
}
