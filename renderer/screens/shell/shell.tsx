import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type Shortcuts, useShortcuts } from '../../components/shortcuts.ts';
import {
  useConnectionStatus,
  useSeesAll,
  useSession,
  useStores,
  useWorkspace,
} from '../../stores/app-stores.tsx';
import { navigate, useRoute } from '../../stores/route.ts';
import { FirstRunScreen } from '../first-run/first-run-screen.tsx';
import { Opening } from '../first-run/opening.tsx';
import { SetUpDialog } from '../first-run/set-up-dialog.tsx';
import { Welcome } from '../sandbox/welcome.tsx';
import { SyncPanel } from '../sync/sync-panel.tsx';
import { CommandPalette } from './command-palette.tsx';
import { Navigation } from './navigation.tsx';
import classes from './shell.module.css';
import { ShortcutSheet } from './shortcut-sheet.tsx';

/** What stands around every screen. */
export function Shell({ children }: { children: ReactNode }) {
  const route = useRoute();
  const { sync } = useStores();
  const [isSheetOpen, setSheetOpen] = useState(false);
  const isDemo = useSession(({ session }) => session?.workspace.kind === 'demo');
  const seesAll = useSeesAll();
  const needsFirstAdmin = useWorkspace(({ state }) => state?.needsFirstAdmin === true);
  const shortcuts: Shortcuts = {
    'g q': () => navigate({ screen: 'queue' }),
    'g f': () => navigate({ screen: 'form' }),
    'g s': isDemo ? () => navigate({ screen: 'sandbox' }) : undefined,
    'g c': seesAll ? () => navigate({ screen: 'connectors', system: null }) : undefined,
    'g o': () => sync.getState().showPanel(true),
    c: () => navigate({ screen: 'form' }),
    '?': () => setSheetOpen(true),
  };
  useShortcuts(shortcuts, { areSequences: true });
  return (
    <div className={classes.shell}>
      <Navigation />
      <main className={classes.main}>
        <ConnectionBanner />
        {(route.screen === 'queue' || route.screen === 'sandbox') && <Welcome />}
        <div className={classes.screen}>{needsFirstAdmin ? <FirstRunScreen /> : children}</div>
      </main>
      <SyncPanel />
      <SetUpDialog />
      <Opening />
      <CommandPalette onShortcuts={() => setSheetOpen(true)} />
      <ShortcutSheet isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} />
    </div>
  );
}

function ConnectionBanner() {
  const { state, words, isFinal } = useConnectionStatus();
  if (state !== 'offline') return null;
  return (
    <div className={classes.banner} role="alert" data-testid="connection-banner">
      <span>
        {words ?? 'The connection to Switchyard is lost.'}
        {!isFinal && ' It is being made again by itself; what you typed is kept.'}
      </span>
      {isFinal && (
        <Button variant="default" onClick={() => window.location.reload()}>
          Reload
        </Button>
      )}
    </div>
  );
}
