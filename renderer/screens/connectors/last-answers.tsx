import type { Connection } from '../../../shared/model/connection.ts';
import { absoluteTime, clockWords, useNow } from '../../components/time.ts';
import classes from './connectors.module.css';

function Clock({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={absoluteTime(at)}>
      {clockWords(at, now)}
    </time>
  );
}

export function LastSuccess({ at }: { at: string }) {
  return (
    <span className={classes.muted}>
      Last answered <Clock at={at} />
    </span>
  );
}

/** What went wrong last, and when. */
export function LastError({ error }: { error: NonNullable<Connection['lastError']> }) {
  return (
    <span className={classes.lastError}>
      {error.message}{' '}
      <span className={classes.muted}>
        (<Clock at={error.at} />)
      </span>
    </span>
  );
}
