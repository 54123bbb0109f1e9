import { spotlight } from '@mantine/spotlight';
import {
  IconFlask,
  IconInbox,
  IconPencilPlus,
  IconPlugConnected,
  IconRoute,
  IconSearch,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { type QueueView, queueViews } from '../../../shared/contract/contract.ts';
import { Key } from '../../components/blocks.tsx';
import { useQueue, useSeesAll, useSession, useStores } from '../../stores/app-stores.tsx';
import { hashOf, navigate, type Route, useRoute } from '../../stores/route.ts';
import classes from './shell.module.css';
import { StatusFooter } from './status-footer.tsx';
import { viewLabels } from './view-labels.ts';

export function Navigation() {
  const route = useRoute();
  const isDemo = useSession(({ session }) => session?.workspace.kind === 'demo');
  const seesAll = useSeesAll();
  return (
    <nav className={classes.nav} aria-label="Main">
      <div className={classes.brand}>
        <IconRoute size={20} stroke={2} aria-hidden />
        Switchyard
      </div>
      <button type="button" className={classes.find} onClick={() => spotlight.open()}>
        <IconSearch size={15} aria-hidden />
        Find or do
        <span>
          <Key>Ctrl K</Key>
        </span>
      </button>
      <div className={classes.list}>
        <ScreenLink to={{ screen: 'queue' }} icon={<IconInbox size={16} />}>
          Queue
        </ScreenLink>
        <ViewList isShown={route.screen === 'queue'} />
        <div className={classes.gap} />
        <ScreenLink to={{ screen: 'form' }} icon={<IconPencilPlus size={16} />}>
          New request
        </ScreenLink>
        {isDemo && (
          <ScreenLink to={{ screen: 'sandbox' }} icon={<IconFlask size={16} />}>
            Sandbox
          </ScreenLink>
        )}
        {seesAll && (
          <ScreenLink to={{ screen: 'connectors', system: null }} icon={<IconPlugConnected size={16} />}>
            Connectors
          </ScreenLink>
        )}
      </div>
      <StatusFooter />
    </nav>
  );
}

function ScreenLink({ to, icon, children }: { to: Route; icon: ReactNode; children: string }) {
  const route = useRoute();
  // In the queue it is the view that is current.
  const isCurrent = route.screen === to.screen && to.screen !== 'queue';
  return (
    <a className={classes.link} href={hashOf(to)} aria-current={isCurrent ? 'page' : undefined}>
      {icon}
      {children}
    </a>
  );
}

function ViewList({ isShown }: { isShown: boolean }) {
  const current = useQueue(({ view }) => view);
  const counts = useQueue((state) => state.counts);
  const { queue } = useStores();
  const open = (view: QueueView) => {
    void queue.getState().show({ view });
    navigate({ screen: 'queue' });
  };
  return (
    <fieldset className={`${classes.list} ${classes.views}`} aria-label="Views of the queue">
      {queueViews.map((view) => (
        <button
          key={view}
          type="button"
          className={classes.link}
          onClick={() => open(view)}
          aria-current={isShown && view === current ? 'page' : undefined}
          data-testid={`view-${view}`}
        >
          {viewLabels[view]}
          <span
            className={classes.amount}
            data-alarm={(view === 'overdue' && (counts?.overdue ?? 0) > 0) || undefined}
          >
            {counts?.[view] ?? ''}
          </span>
        </button>
      ))}
    </fieldset>
  );
}
