import { Button, Group, Modal } from '@mantine/core';
import classes from './connectors.module.css';

interface LeaveDialogProps {
  title: string;
  isOpen: boolean;
  onStay: () => void;
  onLeave: () => void;
}

/** Asks before what was typed is lost. */
export function LeaveDialog({ title, isOpen, onStay, onLeave }: LeaveDialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={onStay}
      title="Leave without saving?"
      styles={{ title: { fontWeight: 600 } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.dialog}>
        <p>What you entered for {title} is not saved. It is lost when you leave.</p>
        <Group gap={8} justify="flex-end">
          <Button variant="default" onClick={onStay} data-autofocus data-testid="leave-stay">
            Stay
          </Button>
          <Button onClick={onLeave} data-testid="leave-confirm">
            Leave without saving
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
