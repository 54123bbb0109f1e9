import { Button, Drawer } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import type { OutboxItem, SyncStatus } from '../../../shared/model/sync.ts';
import { Section } from '../../components/blocks.tsx';
import { useNow } from '../../components/time.ts';
import { useOutboxActions } from '../../components/use-outbox-actions.ts';
import { countWords, label } from '../../components/words.ts';
import { useConnectionStatus, useSeesAll, useStores, useSync } from '../../stores/app-stores.tsx';
import { hashOf } from '../../stores/route.ts';
import { cameBack } from '../../stores/sync.ts';
import { OutboxEntry } from './outbox-entry.tsx';
import { StateLight } from './state-light.tsx';
import classes from './sync.module.css';
import { SyncProgress } from './sync-progress.tsx';
import { type SyncTone, syncSentences, syncWords } from './sync-words.ts';

/** More are counted, not listed: nobody reads them one by one. */
const listedEntries = 100;

/** How this desk stands to the shared store, and what was done here that is not through. */
export function SyncPanel() {
  const { sync } = useStores();
  const isOpen = useSync((state) => state.isPanelOpen);
  return (
    <Drawer
      opened={isOpen}
      onClose={() => sync.getState().showPanel(false)}
      title="At this desk"
      position="right"
      size={460}
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0 }}
      shadow="lg"
      styles={{ title: { fontWeight: 600 }, content: { borderLeft: '1px solid var(--line-strong)' } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <PanelBody />
    </Drawer>
  );
}

function PanelBody() {
  const outbox = useSync((state) => state.outbox);
  const returned = outbox.filter(cameBack);
  const waiting = outbox.filter((item) => !cameBack(item));
  const panel = useRef<HTMLDivElement>(null);
  // An entry that goes takes the pressed button with it: keys still belong to the panel then, not to the screen behind.
  useEffect(() => {
    if (document.activeElement === document.body) panel.current?.focus();
  }, [outbox]);
  return (
    <div ref={panel} tabIndex={-1} className={classes.panel} data-testid="sync-panel">
      <State />
      {returned.length > 0 && <Entries title="Came back" items={returned} />}
      {waiting.length > 0 ? (
        <Entries title="Waits to be sent" items={waiting} />
      ) : (
        <Section title="Waits to be sent">
          <p className={classes.muted}>
            Nothing. What you decide, send or write is kept here until the shared store has it.
          </p>
        </Section>
      )}
      <Systems />
    </div>
  );
}

const systemNames: Record<string, string> = {
  slack: 'Slack',
  teams: 'Microsoft Teams',
  salesforce: 'Salesforce',
  hubspot: 'HubSpot',
  confluence: 'Confluence',
  sharepoint: 'SharePoint',
  outbox: 'Outbox of this desk',
  connections: 'Settings of the connections',
};
const systemTones = { ok: 'good', trouble: 'trouble', paused: 'away', 'not connected': 'away' } as const;

/** What this desk works with, and what the last call to each said. */
function Systems() {
  const systems = useSync((state) => state.systems);
  const seesAll = useSeesAll();
  if (systems.length === 0) return null;
  return (
    <Section title="Connected systems" aside={seesAll && <ConnectorsLink />}>
      <ul data-testid="systems">
        {systems.map(({ system, state, detail }) => (
          <li key={system} className={classes.system}>
            <StateLight tone={systemTones[state]} />
            <span>
              {systemNames[system] ?? system}
              <span className={classes.muted}> {state === 'ok' ? 'works' : (detail ?? state)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function ConnectorsLink() {
  const { sync } = useStores();
  return (
    <a
      href={hashOf({ screen: 'connectors', system: null })}
      onClick={() => sync.getState().showPanel(false)}
      style={{ color: 'var(--accent-text)' }}
    >
      Connectors
    </a>
  );
}

function State() {
  const status = useSync((state) => state.status);
  const problem = useSync((state) => state.problem);
  const connection = useConnectionStatus();
  if (connection.state === 'offline') {
    return <StateText title="No connection" tone="trouble" sentences={[connection.words ?? '']} />;
  }
  if (status === null) return problem && <StateText title="Unknown" tone="trouble" sentences={[problem]} />;
  return <StoreState status={status} />;
}

function StoreState({ status }: { status: SyncStatus }) {
  const now = useNow();
  const { retryAll } = useOutboxActions();
  const { title, tone } = syncWords(status, now);
  const { state, fill, search } = status;
  return (
    <StateText title={title} tone={tone} sentences={syncSentences(status, now)}>
      {fill && <SyncProgress words={label(fill.table)} share={fill} />}
      {search && search.rows < search.total && <SyncProgress words="Search" share={search} />}
      {(state === 'offline' || state === 'blocked' || state === 'connecting') && (
        <Button variant="default" size="compact-sm" onClick={retryAll} data-testid="sync-retry">
          Try again now
        </Button>
      )}
    </StateText>
  );
}

interface StateTextProps {
  title: string;
  tone: SyncTone;
  sentences: readonly string[];
  children?: ReactNode;
}

function StateText({ title, tone, sentences, children }: StateTextProps) {
  return (
    <section className={classes.state} aria-label="State">
      <h2>
        <StateLight tone={tone} />
        {title}
      </h2>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {children}
    </section>
  );
}

function Entries({ title, items }: { title: string; items: readonly OutboxItem[] }) {
  const more = items.length - listedEntries;
  return (
    <Section title={title} count={items.length}>
      <ul>
        {items.slice(0, listedEntries).map((item) => (
          <OutboxEntry key={item.entry_id} item={item} />
        ))}
      </ul>
      {more > 0 && <p className={classes.muted}>And {countWords(more)} more.</p>}
    </Section>
  );
}
