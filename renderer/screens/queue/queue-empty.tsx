import { Button } from '@mantine/core';
import { IconCloudDown, IconFilterOff, IconInboxOff } from '@tabler/icons-react';
import type { QueueView } from '../../../shared/contract/contract.ts';
import type { SyncStatus } from '../../../shared/model/sync.ts';
import { Empty } from '../../components/blocks.tsx';
import { useNow } from '../../components/time.ts';
import { label } from '../../components/words.ts';
import { useQueue, useSeesAll, useSession, useStores, useSync } from '../../stores/app-stores.tsx';
import { noFilters } from '../../stores/queue.ts';
import { navigate } from '../../stores/route.ts';
import { Checklist } from '../first-run/checklist.tsx';
import { SyncProgress } from '../sync/sync-progress.tsx';
import { syncSentences } from '../sync/sync-words.ts';
import classes from './queue.module.css';

const emptyWords: Record<QueueView, readonly [string, string]> = {
  open: ['Nothing is open', 'New requests from Slack, Teams and the form appear here by themselves.'],
  mine: ['Nothing waits for you', 'Escalations that you may decide as approver or delegate appear here.'],
  escalated: ['Nothing is escalated', 'What the agent may not decide by itself appears here.'],
  waiting: ['Nobody is waited for', 'Requests whose requester has to answer a question appear here.'],
  overdue: ['Nothing is overdue', 'Every escalation was decided inside its review window.'],
  done: ['Nothing is done yet', 'Completed, rejected and closed requests appear here.'],
  all: ['No requests yet', 'Write in a watched channel, or enter the first one on the form.'],
};

export function QueueEmpty() {
  const status = useSync((state) => state.status);
  const problem = useSync((state) => state.problem);
  const counts = useQueue((state) => state.counts);
  if (status === null) return problem === null ? null : <NothingHere />;
  // Before the first copy is complete, that nothing is here means nothing.
  const hasCopy = status.upToDateAt !== null || (counts?.all ?? 0) > 0;
  return status.state !== 'filling' && hasCopy ? <NothingHere /> : <NoCopyYet status={status} />;
}

function NoCopyYet({ status }: { status: SyncStatus }) {
  const now = useNow();
  return (
    <Empty title="No copy of the queue yet" icon={<IconCloudDown size={28} stroke={1.4} />}>
      {syncSentences(status, now).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {status.state !== 'filling' && <p>The copy is made when the store can be reached.</p>}
      {status.fill && (
        <div className={classes.copy}>
          <SyncProgress words={label(status.fill.table)} share={status.fill} />
        </div>
      )}
    </Empty>
  );
}

/** Nothing was ever asked in this workspace, and the person here is one who can see to that. */
function useIsNewWorkspace(): boolean {
  const isOwn = useSession(({ session }) => session?.workspace.kind === 'own');
  const seesAll = useSeesAll();
  const total = useQueue((state) => state.counts?.all ?? null);
  return isOwn && seesAll && total === 0;
}

function NothingHere() {
  const view = useQueue((queue) => queue.view);
  const search = useQueue((queue) => queue.search);
  const filters = useQueue((queue) => queue.filters);
  const { queue } = useStores();
  const isNew = useIsNewWorkspace();
  const isNarrowed = search !== '' || Object.values(filters).some((values) => values.length > 0);
  if (isNarrowed) {
    return (
      <Empty title="Nothing fits" icon={<IconFilterOff size={28} stroke={1.4} />}>
        <p>No request of this view fits the search and the filters.</p>
        <Button
          variant="default"
          mt={8}
          onClick={() => void queue.getState().show({ search: '', filters: noFilters })}
        >
          Clear search and filters
        </Button>
      </Empty>
    );
  }
  if (isNew) return <Checklist />;
  const [title, words] = emptyWords[view];
  return (
    <Empty title={title} icon={<IconInboxOff size={28} stroke={1.4} />}>
      <p>{words}</p>
      <Button variant="default" mt={8} onClick={() => navigate({ screen: 'form' })}>
        New request
      </Button>
    </Empty>
  );
}
