import { Button } from '@mantine/core';
import type { OutboxItem } from '../../shared/model/sync.ts';
import { useStores } from '../stores/app-stores.tsx';
import classes from './came-back.module.css';
import { problemWords } from './entry-words.ts';
import { PeopleText } from './people-text.tsx';
import { useOutboxActions } from './use-outbox-actions.ts';
import { useWaiting } from './use-waiting.ts';

/** What was done here for a request and did not stand, until somebody has seen it. */
export function CameBack({ requestId }: { requestId: string }) {
  const { returned } = useWaiting(requestId);
  return returned.map((item) => <Notice key={item.entry_id} item={item} />);
}

function Notice({ item }: { item: OutboxItem }) {
  const { sync } = useStores();
  const { dismiss } = useOutboxActions();
  return (
    <div className={classes.notice} role="note" aria-label="Came back" data-testid="came-back">
      <p>
        <b>
          <PeopleText text={item.summary} />:
        </b>{' '}
        <PeopleText text={problemWords(item) ?? 'It does not stand.'} />
      </p>
      <Button variant="default" size="compact-sm" onClick={() => sync.getState().showPanel(true)}>
        What changed
      </Button>
      <Button variant="default" size="compact-sm" onClick={() => dismiss(item)}>
        Seen
      </Button>
    </div>
  );
}
