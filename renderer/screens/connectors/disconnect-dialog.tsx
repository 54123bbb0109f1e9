import { Button, Group, Modal } from '@mantine/core';
import type { ConnectedSystem } from '../../../shared/model/connection.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { disconnectWords } from './connection-words.ts';
import classes from './connectors.module.css';

interface DisconnectDialogProps {
  system: ConnectedSystem;
  isOpen: boolean;
  onStay: () => void;
  onDisconnect: () => void;
}

/** Says what is forgotten and what becomes of open cases, before it is done. */
export function DisconnectDialog({ system, isOpen, onStay, onDisconnect }: DisconnectDialogProps) {
  const { title } = setUpGuides[system];
  return (
    <Modal
      opened={isOpen}
      onClose={onStay}
      title={`Disconnect ${title}?`}
      styles={{ title: { fontWeight: 600 } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.dialog}>
        <p>
          Its settings, its secrets and the sign-in are forgotten on this computer. At the vendor nothing is
          changed.
        </p>
        <p>{disconnectWords(system)}</p>
        <p>To stop it for a while only, pause it: everything then waits as it is.</p>
        <Group gap={8} justify="flex-end">
          <Button variant="default" onClick={onStay} data-autofocus>
            Stay connected
          </Button>
          <Button color="red" onClick={onDisconnect} data-testid="disconnect-confirm">
            Disconnect
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
