import { Progress, VisuallyHidden } from '@mantine/core';
import type { SyncStatus } from '../../../shared/model/sync.ts';
import { Late } from '../../components/late.tsx';
import { useNow } from '../../components/time.ts';
import { countWords } from '../../components/words.ts';
import {
  useConnectionStatus,
  useSession,
  useStores,
  useSync,
  useWorkspace,
} from '../../stores/app-stores.tsx';
import { StateLight } from '../sync/state-light.tsx';
import { percentOf, type SyncWords, syncWords } from '../sync/sync-words.ts';
import classes from './shell.module.css';

/** How this desk stands to the shared store, always in sight; opens everything about it. */
export function SyncState() {
  const { sync } = useStores();
  const words = useSyncWords();
  const status = useSync((state) => state.status);
  const isOpen = useSync((state) => state.isPanelOpen);
  const workspace = useWorkspaceName();
  return (
    <>
      <button
        type="button"
        className={classes.sync}
        onClick={() => sync.getState().showPanel(true)}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        title={words.detail ?? undefined}
        data-state={status?.state}
        data-testid="sync-status"
      >
        <StateLight tone={words.tone} />
        <span className={classes.meText}>
          <span className={classes.syncTitle}>
            {words.title}
            {status && <Counts outbox={status.outbox} />}
          </span>
          <span>{words.detail ?? workspace}</span>
        </span>
      </button>
      {status?.state === 'filling' && status.fill && (
        <Progress
          className={classes.syncBar}
          value={percentOf(status.fill)}
          size={3}
          aria-label="First copy"
        />
      )}
      {/* Heard when the state changes, not at every row that is copied. */}
      <VisuallyHidden role="status">{words.title}</VisuallyHidden>
    </>
  );
}

/** Without a way to the work, nothing is known of the store. */
function useSyncWords(): SyncWords {
  const connection = useConnectionStatus();
  const status = useSync((state) => state.status);
  const needsFirstAdmin = useWorkspace(({ state }) => state?.needsFirstAdmin === true);
  const now = useNow();
  if (connection.state === 'offline') return { tone: 'trouble', title: 'No connection', detail: null };
  if (connection.state === 'connecting' || status === null)
    return { tone: 'busy', title: 'Connecting', detail: null };
  // Whose copy it would be is not known yet.
  if (needsFirstAdmin) return { tone: 'busy', title: 'Not set up yet', detail: null };
  return syncWords(status, now);
}

function useWorkspaceName(): string {
  const workspace = useSession(({ session }) => session?.workspace);
  if (!workspace) return 'Switchyard';
  return workspace.kind === 'demo' ? 'Demo' : workspace.name;
}

function Counts({ outbox }: { outbox: SyncStatus['outbox'] }) {
  const attention = outbox.blocked + outbox.returned;
  return (
    <>
      {outbox.waiting > 0 && (
        // What goes through at once is not worth a number.
        <Late>
          <span className={classes.syncCount}>
            {countWords(outbox.waiting)}
            <VisuallyHidden> to be sent</VisuallyHidden>
          </span>
        </Late>
      )}
      {attention > 0 && (
        <span className={classes.syncCount} data-alarm>
          {countWords(attention)}
          <VisuallyHidden> need you</VisuallyHidden>
        </span>
      )}
    </>
  );
}
