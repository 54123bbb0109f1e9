import { IconChevronRight } from '@tabler/icons-react';
import { useRef } from 'react';
import type { Connection } from '../../../shared/model/connection.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { useShortcuts } from '../../components/shortcuts.ts';
import { useConnections, useSession } from '../../stores/app-stores.tsx';
import { hashOf, navigate } from '../../stores/route.ts';
import { WorkspaceChoice } from '../first-run/workspace-choice.tsx';
import { StateLight } from '../sync/state-light.tsx';
import { Budget } from './budget.tsx';
import { stateTones, stateWords } from './connection-words.ts';
import classes from './connectors.module.css';
import { LastError, LastSuccess } from './last-answers.tsx';
import { Notice } from './notice.tsx';
import { watchedWords } from './watched-places.tsx';

export function ConnectionList({ connections }: { connections: readonly Connection[] }) {
  const keepsNoSecretsBecause = useConnections((state) => state.keepsNoSecretsBecause);
  const mayNotChangeBecause = useConnections((state) => state.mayNotChangeBecause);
  const isDemo = useSession(({ session }) => session?.workspace.kind === 'demo');
  const problem = useConnections((state) => state.problem);
  const list = useRef<HTMLUListElement>(null);
  const move = (step: number) => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = links.findIndex((link) => link.matches(':focus'));
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Escape: () => navigate({ screen: 'queue' }),
  });
  return (
    <div className={classes.screen}>
      <div className={classes.sheet}>
        <header className={classes.head}>
          <h1>Connectors</h1>
          <p>The systems that Switchyard listens to, reads from and corrects.</p>
        </header>
        {problem && <Notice tone="trouble">{problem}</Notice>}
        {mayNotChangeBecause && !isDemo && <Notice>{mayNotChangeBecause}</Notice>}
        {!mayNotChangeBecause && !isDemo && keepsNoSecretsBecause && <Notice>{keepsNoSecretsBecause}</Notice>}
        <ul ref={list} className={classes.list} aria-label="Systems">
          {connections.map((connection) => (
            <ConnectionRow key={connection.system} connection={connection} />
          ))}
        </ul>
        <WorkspaceChoice />
      </div>
    </div>
  );
}

function ConnectionRow({ connection }: { connection: Connection }) {
  const { system, state, setBy, budget, watched, lastSuccessAt, lastError } = connection;
  const { title, purpose } = setUpGuides[system];
  return (
    <li>
      <a
        className={classes.row}
        href={hashOf({ screen: 'connectors', system })}
        data-testid="connection"
        data-system={system}
        data-state={state}
      >
        <StateLight tone={stateTones[state]} />
        <span className={classes.rowMain}>
          <span className={classes.rowTitle}>
            <b>{title}</b>
            <span className={classes.muted}>
              {stateWords[state]}
              {setBy === 'environment' && ', set by the environment'}
              {setBy === 'sandbox' && ', on its stand-in'}
            </span>
          </span>
          <span className={classes.muted}>{watched.length > 0 ? watchedWords(watched) : purpose}</span>
          {lastError && state !== 'not connected' && <LastError error={lastError} />}
        </span>
        <span className={classes.rowAside}>
          {lastSuccessAt && <LastSuccess at={lastSuccessAt} />}
          {budget && <Budget budget={budget} />}
        </span>
        <IconChevronRight size={16} aria-hidden />
      </a>
    </li>
  );
}
