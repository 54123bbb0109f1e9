import { IconCloudUp } from '@tabler/icons-react';
import classes from './waits-mark.module.css';

/** Marks what was done at this desk and has not reached the shared store yet. */
export function WaitsMark() {
  return (
    <span
      className={classes.mark}
      title="Kept at this desk; it is sent when the shared store can be reached"
      data-testid="waits-mark"
    >
      <IconCloudUp size={14} stroke={1.8} aria-hidden />
      waits to be sent
    </span>
  );
}
