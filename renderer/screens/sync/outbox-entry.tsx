import { Button } from '@mantine/core';
import { IconMessage, IconPencilPlus, IconScale } from '@tabler/icons-react';
import type { OutboxItem, OutboxKind } from '../../../shared/model/sync.ts';
import { Badge, type Tone } from '../../components/badges.tsx';
import { Ago } from '../../components/blocks.tsx';
import { entryWords, problemWords } from '../../components/entry-words.ts';
import { PeopleText } from '../../components/people-text.tsx';
import { useNameOf } from '../../components/person.tsx';
import { type SeenAndNow, SideBySide, useFactRows } from '../../components/side-by-side.tsx';
import { clockWords, useNow } from '../../components/time.ts';
import { useOutboxActions } from '../../components/use-outbox-actions.ts';
import { useSession, useStores, useSync } from '../../stores/app-stores.tsx';
import { navigate } from '../../stores/route.ts';
import { cameBack, mayWithdraw } from '../../stores/sync.ts';
import classes from './sync.module.css';

const icons: Record<OutboxKind, typeof IconScale> = {
  decision: IconScale,
  form: IconPencilPlus,
  comment: IconMessage,
};

const tones: Record<OutboxItem['state'], Tone> = {
  waiting: 'amber',
  sending: 'blue',
  blocked: 'red',
  returned: 'red',
};

/** Something that was done at this desk and is not through, or came back: what, when, why, and what can be done. */
export function OutboxEntry({ item }: { item: OutboxItem }) {
  const isBlocking = useSync(({ status }) => status?.blockingEntry === item.entry_id);
  const isBack = cameBack(item);
  const problem = problemWords(item);
  const Icon = icons[item.kind];
  return (
    <li
      className={classes.entry}
      data-state={item.state}
      data-testid="outbox-entry"
      data-entry={item.entry_id}
    >
      <Icon size={16} stroke={1.8} aria-hidden />
      <div className={classes.entryBody}>
        <p className={classes.summary}>
          <PeopleText text={item.summary} />
        </p>
        <div className={classes.about}>
          <Badge tone={tones[item.state]}>{entryWords(item)}</Badge>
          <Origin item={item} />
          {!isBack && <WaitingActions item={item} />}
        </div>
        {problem && (
          <p>
            <PeopleText text={problem} />
          </p>
        )}
        {isBlocking && item.request_id !== null && (
          <p>It holds up what was done for this request after it.</p>
        )}
        {isBack && <Comparison item={item} />}
        {isBack && <ReturnedActions item={item} />}
      </div>
    </li>
  );
}

function Origin({ item }: { item: OutboxItem }) {
  const me = useSession(({ session }) => session?.me.email);
  const nameOfEmail = useNameOf();
  const now = useNow();
  const { author, created_at, next_try_at } = item;
  return (
    <span>
      <Ago at={created_at} />
      {author !== me && `, by ${nameOfEmail(author)}`}
      {next_try_at !== null && Date.parse(next_try_at) > now && `, next try ${clockWords(next_try_at, now)}`}
    </span>
  );
}

/** What its author had seen beside what is now, fact by fact. */
function Comparison({ item }: { item: OutboxItem }) {
  const { seen, now, changed } = item;
  const facts = useFactRows(changed);
  const nameOfEmail = useNameOf();
  const nowMs = useNow();
  const rows: SeenAndNow[] = [...facts];
  if (seen && now && seen.status !== now.status)
    rows.push({ name: 'Status', seen: seen.status, now: now.status });
  if (now?.decided_by) {
    const who = `${now.decision ?? 'Decided'} by ${nameOfEmail(now.decided_by)}`;
    const when = now.decided_at ? `, ${clockWords(now.decided_at, nowMs)}` : '';
    rows.push({ name: 'Decision', seen: 'none', now: `${who}${when}` });
  }
  return rows.length === 0 ? null : <SideBySide rows={rows} seenBy="you" />;
}

/** What can be done while it is not through. */
function WaitingActions({ item }: { item: OutboxItem }) {
  const { withdraw, retry } = useOutboxActions();
  return (
    <>
      <Button
        variant="subtle"
        size="compact-xs"
        onClick={() => retry(item)}
        disabled={item.state === 'sending'}
        data-testid="outbox-retry"
      >
        Try again
      </Button>
      <Button
        variant="subtle"
        size="compact-xs"
        onClick={() => withdraw(item)}
        disabled={!mayWithdraw(item)}
        data-testid="outbox-withdraw"
      >
        Withdraw
      </Button>
      <ExportButton item={item} />
    </>
  );
}

/** What can be done when it came back. */
function ReturnedActions({ item }: { item: OutboxItem }) {
  const { dismiss } = useOutboxActions();
  const { sync } = useStores();
  const { request_id: requestId, kind } = item;
  const open = (id: string) => {
    sync.getState().showPanel(false);
    navigate({ screen: 'request', requestId: id });
  };
  return (
    <div className={classes.actions}>
      {requestId !== null && (
        <Button size="compact-sm" onClick={() => open(requestId)} data-testid="outbox-decide-again">
          {kind === 'decision' ? 'Decide again' : 'Open the request'}
        </Button>
      )}
      <Button variant="default" size="compact-sm" onClick={() => dismiss(item)} data-testid="outbox-dismiss">
        Seen
      </Button>
      <ExportButton item={item} />
    </div>
  );
}

function ExportButton({ item }: { item: OutboxItem }) {
  const { exportEntry } = useOutboxActions();
  return (
    <Button variant="subtle" size="compact-xs" onClick={() => exportEntry(item)} data-testid="outbox-export">
      Export
    </Button>
  );
}
