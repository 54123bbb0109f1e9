import { Button, Splitter } from '@mantine/core';
import { type SplitterPaneSize, useLocalStorage } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { queueViews } from '../../../shared/contract/contract.ts';
import { useWithdrawDecision, whyNotNow } from '../../components/decide.ts';
import { DecisionDialog, type OpenDecision } from '../../components/decision-dialog.tsx';
import { showProblem } from '../../components/notices.tsx';
import { useShortcuts } from '../../components/shortcuts.ts';
import { useQueue, useStores } from '../../stores/app-stores.tsx';
import type { DecisionAction } from '../../stores/requests.ts';
import { navigate } from '../../stores/route.ts';
import { BulkResult } from './bulk-result.tsx';
import classes from './queue.module.css';
import { QueueList } from './queue-list.tsx';
import { QueueToolbar } from './queue-toolbar.tsx';
import { RequestPreview } from './request-preview.tsx';

export function QueueScreen() {
  const stores = useStores();
  const { queue } = stores;
  const withdraw = useWithdrawDecision();
  const activeId = useQueue((state) => state.activeId);
  const picked = useQueue((state) => state.picked);
  const searchField = useRef<HTMLInputElement>(null);
  const [decision, setDecision] = useState<OpenDecision | null>(null);
  const [sizes, setSizes] = useLocalStorage<SplitterPaneSize[]>({
    key: 'switchyard.queue-split',
    defaultValue: [62, 38],
    getInitialValueInEffect: false,
  });

  const ask = (action: DecisionAction) => {
    const requestIds = picked.length > 0 ? picked : activeId ? [activeId] : [];
    const [first] = requestIds;
    if (first === undefined) return;
    const refusal = requestIds.length === 1 ? whyNotNow(stores, first) : null;
    if (refusal) showProblem(`${first} cannot be decided`, refusal);
    else setDecision({ action, requestIds });
  };
  const openActive = () => activeId && navigate({ screen: 'request', requestId: activeId });
  const showView = (delta: number) => {
    const { view, show } = queue.getState();
    const next = queueViews[queueViews.indexOf(view) + delta];
    if (next) void show({ view: next });
  };

  /** Lets go of the selection first, then of the search. */
  const stepBack = () => {
    const { search, clearPicks, show } = queue.getState();
    if (picked.length > 0) clearPicks();
    else if (search !== '') void show({ search: '' });
  };

  useShortcuts({
    j: () => queue.getState().step(1),
    k: () => queue.getState().step(-1),
    ArrowDown: () => queue.getState().step(1),
    ArrowUp: () => queue.getState().step(-1),
    PageDown: () => queue.getState().step(10),
    PageUp: () => queue.getState().step(-10),
    Home: () => queue.getState().step(Number.NEGATIVE_INFINITY),
    End: () => queue.getState().step(Number.POSITIVE_INFINITY),
    Enter: openActive,
    Escape: stepBack,
    a: () => ask('approve'),
    r: () => ask('reject'),
    t: () => ask('return'),
    u: () => activeId && withdraw(activeId),
    x: () => activeId && queue.getState().togglePick(activeId),
    ']': () => showView(1),
    '[': () => showView(-1),
    '/': () => searchField.current?.focus(),
  });

  return (
    <div className={classes.screen}>
      <QueueToolbar searchField={searchField} />
      <Splitter
        className={classes.split}
        sizes={sizes}
        onSizeChange={setSizes}
        lineSize={1}
        withHandle={false}
        handleColor="var(--line)"
      >
        <Splitter.Pane defaultSize={62} min={35}>
          <QueueList />
        </Splitter.Pane>
        <Splitter.Pane defaultSize={38} min={25}>
          <RequestPreview requestId={activeId} onAsk={ask} />
        </Splitter.Pane>
      </Splitter>
      <BulkResult />
      {picked.length > 0 && <BulkBar picked={picked} onAsk={ask} />}
      <DecisionDialog decision={decision} onClose={() => setDecision(null)} />
    </div>
  );
}

function BulkBar({ picked, onAsk }: { picked: readonly string[]; onAsk: (action: DecisionAction) => void }) {
  const { queue } = useStores();
  return (
    <fieldset className={classes.bulk} aria-label="Selected requests" data-testid="bulk-bar">
      <span>{picked.length} selected</span>
      <Button onClick={() => onAsk('approve')} data-testid="bulk-approve">
        Approve proposals…
      </Button>
      <Button variant="default" onClick={() => onAsk('reject')} data-testid="bulk-reject">
        Reject…
      </Button>
      <Button variant="default" onClick={() => onAsk('return')} data-testid="bulk-return">
        Return…
      </Button>
      <Button variant="subtle" onClick={() => queue.getState().clearPicks()}>
        Clear
      </Button>
    </fieldset>
  );
}
