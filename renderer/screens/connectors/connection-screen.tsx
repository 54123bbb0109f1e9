import { useState } from 'react';
import { useStore } from 'zustand';
import type { Connection } from '../../../shared/model/connection.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { isWanted } from '../../../shared/set-up/entered-values.ts';
import { useShortcuts } from '../../components/shortcuts.ts';
import { useConnections, useStores } from '../../stores/app-stores.tsx';
import {
  type ConnectionDraftStore,
  createConnectionDraftStore,
  enteredValues,
  hasUnsaved,
  isSetHere,
} from '../../stores/connection-draft.ts';
import { connectionOf } from '../../stores/connections.ts';
import { navigate } from '../../stores/route.ts';
import { ConnectionHead } from './connection-head.tsx';
import classes from './connectors.module.css';
import { Health } from './health.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { Notice } from './notice.tsx';
import { SettingsForm } from './settings-form.tsx';
import { SignIn } from './sign-in.tsx';
import { TrialResults } from './trial-results.tsx';
import { useLeaveGuard } from './use-leave-guard.ts';
import { VendorSteps } from './vendor-steps.tsx';

/** What is typed for this system, as long as its screen is open. */
function useDraft(connection: Connection): ConnectionDraftStore {
  const stores = useStores();
  const [draft] = useState(() =>
    createConnectionDraftStore(
      stores,
      () => connectionOf(stores.connections.getState(), connection.system) ?? connection,
    ),
  );
  return draft;
}

/** One system: what to create at the vendor, what to enter here, whether it works. */
export function ConnectionScreen({ connection }: { connection: Connection }) {
  const draft = useDraft(connection);
  const state = useStore(draft);
  const mayNotChangeBecause = useConnections((all) => all.mayNotChangeBecause);
  const guide = setUpGuides[connection.system];
  const isDirty = hasUnsaved(state, connection);
  const guard = useLeaveGuard(isDirty);
  useShortcuts({ Escape: () => navigate({ screen: 'connectors', system: null }) });
  const { setBy } = connection;
  const wantsSignIn =
    guide.signIn !== null &&
    setBy !== 'sandbox' &&
    isWanted(guide, guide.signIn.onlyWhen, enteredValues(state, connection));
  return (
    <div className={classes.screen} data-testid="connection-screen" data-system={connection.system}>
      <div className={classes.sheet} data-wide>
        <ConnectionHead connection={connection} mayChange={mayNotChangeBecause === null} />
        <WhyReadOnly connection={connection} mayNotChangeBecause={mayNotChangeBecause} />
        <div className={classes.columns}>
          <div>
            <Health connection={connection} />
            <VendorSteps guide={guide} isOpen={setBy === null} />
          </div>
          <div>
            <SettingsForm
              connection={connection}
              draft={draft}
              isReadOnly={!isSetHere(connection) || mayNotChangeBecause !== null}
              mayTest={mayNotChangeBecause === null || setBy === 'sandbox'}
              isDirty={isDirty}
            />
            {guide.signIn && wantsSignIn && mayNotChangeBecause === null && (
              <SignIn
                connection={connection}
                how={guide.signIn}
                isSaved={setBy !== null && !isDirty}
                onSignedIn={() => void state.test()}
              />
            )}
            {state.trial && <TrialResults trial={state.trial} onStop={state.stopTest} />}
          </div>
        </div>
      </div>
      <LeaveDialog
        title={guide.title}
        isOpen={guard.isAsking}
        onStay={guard.stay}
        onLeave={() => {
          state.discard();
          guard.leave();
        }}
      />
    </div>
  );
}

interface WhyReadOnlyProps {
  connection: Connection;
  mayNotChangeBecause: string | null;
}

function WhyReadOnly({ connection: { setBy }, mayNotChangeBecause }: WhyReadOnlyProps) {
  if (setBy === 'sandbox')
    return (
      <Notice>
        In the demo this is a stand-in on your computer that speaks the vendor’s own protocol. You can test
        it; your own settings belong into your own workspace.
      </Notice>
    );
  if (mayNotChangeBecause !== null) return <Notice>{mayNotChangeBecause}</Notice>;
  if (setBy === 'environment')
    return (
      <Notice>
        These settings come from environment variables of the program. Change them there and start Switchyard
        again; here they can be looked at and tested.
      </Notice>
    );
  return null;
}
