import { Button, Modal } from '@mantine/core';
import { useStores, useWorkspace } from '../../stores/app-stores.tsx';
import { FirstAdminForm } from './first-admin-form.tsx';
import classes from './first-run.module.css';

/** From the demo to a workspace of one's own. */
export function SetUpDialog() {
  const { workspace } = useStores();
  const isShown = useWorkspace((all) => all.isSetUpShown);
  const close = () => workspace.getState().showSetUp(false);
  return (
    <Modal
      opened={isShown}
      onClose={close}
      title="Set up your own workspace"
      styles={{ title: { fontWeight: 600 } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.text}>
        <p>
          It is kept on this computer, apart from the demo, and begins empty. You are its first admin: you
          connect your systems and bring in people and routing rules.
        </p>
        <p>The demo stays as it is; you can come back to it from the Connectors screen.</p>
        <FirstAdminForm>
          <Button variant="default" onClick={close}>
            Not now
          </Button>
        </FirstAdminForm>
      </div>
    </Modal>
  );
}
