import { Button } from '@mantine/core';
import { useWorkspace } from '../../stores/app-stores.tsx';
import classes from './first-run.module.css';
import { useOtherWorkspace } from './use-open-workspace.ts';

/** Which workspace this is, and the way to the other one. */
export function WorkspaceChoice() {
  const state = useWorkspace((all) => all.state);
  const other = useOtherWorkspace();
  if (state === null) return null;
  return (
    <section className={classes.choice} aria-label="Workspace">
      <div>
        <h2>{state.kind === 'demo' ? 'This is the demo' : 'This is your own workspace'}</h2>
        <p>
          {state.fixedBecause ??
            (state.kind === 'demo'
              ? 'Its systems are stand-ins on your computer. Your own systems are connected in a workspace of your own.'
              : 'The demo is kept apart from it. While the demo is open, the agent of this workspace does not work on this computer.')}
        </p>
      </div>
      {other && (
        <Button
          variant={state.kind === 'demo' ? 'filled' : 'default'}
          onClick={other.open}
          data-testid="other-workspace"
        >
          {other.label}
        </Button>
      )}
    </section>
  );
}
