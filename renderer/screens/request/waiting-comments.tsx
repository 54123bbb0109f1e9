import { Button } from '@mantine/core';
import { Ago } from '../../components/blocks.tsx';
import { useOutboxActions } from '../../components/use-outbox-actions.ts';
import { WaitsMark } from '../../components/waits-mark.tsx';
import { useComments, useSync } from '../../stores/app-stores.tsx';
import { cameBack, mayWithdraw } from '../../stores/sync.ts';
import { Note } from './note.tsx';

/** Comments that are on their way, or wait at this desk, after those that are through. */
export function WaitingComments({ requestId }: { requestId: string }) {
  const items = useSync(({ byRequest }) => byRequest[requestId]);
  const texts = useComments(({ sent }) => sent);
  const sending = useComments((comments) => comments.sending[requestId]);
  const { withdraw } = useOutboxActions();
  const waiting = items?.filter((item) => item.kind === 'comment' && !cameBack(item)) ?? [];
  return (
    <>
      {waiting.map((item) => (
        <Note
          key={item.entry_id}
          author={item.author}
          text={texts[item.entry_id] ?? item.summary}
          about={
            <>
              <Ago at={item.created_at} /> <WaitsMark />
              {mayWithdraw(item) && (
                <Button variant="subtle" size="compact-xs" onClick={() => withdraw(item)}>
                  Withdraw
                </Button>
              )}
            </>
          }
        />
      ))}
      {sending !== undefined && waiting.every(({ entry_id }) => texts[entry_id] !== sending) && (
        <Note author={null} text={sending} about="being sent" />
      )}
    </>
  );
}
