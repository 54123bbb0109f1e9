import { IconPencilPlus } from '@tabler/icons-react';
import { Badge } from '../../components/badges.tsx';
import { Ago } from '../../components/blocks.tsx';
import { WaitsMark } from '../../components/waits-mark.tsx';
import { useQueue, useStores, useSync } from '../../stores/app-stores.tsx';
import { cameBack } from '../../stores/sync.ts';
import classes from './queue.module.css';

const shownForms = 3;

/** Requests that were entered at this desk and have no id yet, above those that have. */
export function UnsentForms() {
  const { sync } = useStores();
  const outbox = useSync((state) => state.outbox);
  const isShown = useQueue(
    ({ view, search, filters }) =>
      view === 'open' && search === '' && Object.values(filters).every((values) => values.length === 0),
  );
  const forms = outbox.filter((item) => item.kind === 'form' && !cameBack(item));
  if (!isShown || forms.length === 0) return null;
  const open = () => sync.getState().showPanel(true);
  return (
    <section className={classes.unsent} aria-label="Not sent yet" data-testid="unsent-forms">
      <h2>
        Not sent yet <span>{forms.length}</span>
      </h2>
      {forms.slice(0, shownForms).map(({ entry_id, state, summary, created_at }) => (
        <button key={entry_id} type="button" onClick={open} data-testid="unsent-form">
          <IconPencilPlus size={15} aria-hidden />
          <span>{summary}</span>
          {state === 'blocked' ? <Badge tone="red">cannot be sent</Badge> : <WaitsMark />}
          <Ago at={created_at} />
        </button>
      ))}
      {forms.length > shownForms && (
        <button type="button" onClick={open}>
          {forms.length - shownForms} more
        </button>
      )}
    </section>
  );
}
