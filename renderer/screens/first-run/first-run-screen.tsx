import { Button } from '@mantine/core';
import { useWorkspace } from '../../stores/app-stores.tsx';
import { FirstAdminForm } from './first-admin-form.tsx';
import classes from './first-run.module.css';
import { useOpenWorkspace } from './use-open-workspace.ts';

/** An own workspace in which nobody is yet: whoever sits here names its first admin. */
export function FirstRunScreen() {
  const canOpenDemo = useWorkspace(({ state }) => state?.fixedBecause === null);
  const openWorkspace = useOpenWorkspace();
  return (
    <div className={classes.screen} data-testid="first-run">
      <div className={classes.sheet}>
        <h1>Who sets this workspace up?</h1>
        <p>
          Nobody is in its people list yet. You become its first admin: you connect your systems and bring in
          people and routing rules.
        </p>
        <FirstAdminForm>
          {canOpenDemo && (
            <Button variant="default" onClick={() => openWorkspace('demo')}>
              Open the demo
            </Button>
          )}
        </FirstAdminForm>
      </div>
    </div>
  );
}
