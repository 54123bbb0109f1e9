import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import type { WorkspaceState } from '../../../shared/contract/contract.ts';
import type { ConnectedSystem, Connection } from '../../../shared/model/connection.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { useConnections, useStores, useWorkspace } from '../../stores/app-stores.tsx';
import { hashOf } from '../../stores/route.ts';
import { stateWords, systemsFor } from '../connectors/connection-words.ts';
import { CopyText } from '../connectors/copy-text.tsx';
import classes from './first-run.module.css';

const importCommand = 'npm run switchyard -- import --setup setup.json';

/** What an own workspace needs before it can work, each with its state. */
export function Checklist() {
  const { connections } = useStores();
  const all = useConnections((state) => state.connections);
  const counts = useWorkspace(({ state }) => state?.counts ?? null);
  useEffect(() => void connections.getState().load(), [connections]);
  return (
    <section className={classes.checklist} aria-label="First steps" data-testid="first-steps">
      <h2>First steps</h2>
      <ol>
        <ConnectStep title="Connect a chat, where people report" systems={systemsFor('chat')} all={all} />
        <ConnectStep title="Connect a CRM, where the leads are" systems={systemsFor('crm')} all={all} />
        <ConnectStep
          title="Connect the policy that governs the work"
          systems={systemsFor('knowledge')}
          all={all}
        />
        <Step title="Bring in people and routing rules" isDone={counts !== null && counts.rules > 0}>
          <span>{counts && countedWords(counts)}</span>
          <code>{importCommand}</code>
          <CopyText label="Copy the command" text={importCommand} />
        </Step>
      </ol>
    </section>
  );
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

const countedWords = ({ people, rules }: NonNullable<WorkspaceState['counts']>): string =>
  `${plural(people, 'person', 'people')}, ${plural(rules, 'rule', 'rules')} so far.`;

interface ConnectStepProps {
  title: string;
  systems: readonly ConnectedSystem[];
  all: readonly Connection[];
}

function ConnectStep({ title, systems, all }: ConnectStepProps) {
  const those = all.filter(({ system }) => systems.includes(system));
  return (
    <Step title={title} isDone={those.some(({ state }) => state !== 'not connected')}>
      {those.map(({ system, state }) => (
        <a key={system} href={hashOf({ screen: 'connectors', system })}>
          {setUpGuides[system].title}: {stateWords[state].toLowerCase()}
        </a>
      ))}
    </Step>
  );
}

function Step({ title, isDone, children }: { title: string; isDone: boolean; children: ReactNode }) {
  const Icon = isDone ? IconCircleCheck : IconCircle;
  return (
    <li data-done={isDone || undefined} data-testid="first-step">
      <Icon size={18} stroke={1.8} role="img" aria-label={isDone ? 'Done' : 'To do'} />
      <div>
        <p>{title}</p>
        <div className={classes.stepBody}>{children}</div>
      </div>
    </li>
  );
}
