import { Loader } from '@mantine/core';
import { useWorkspace } from '../../stores/app-stores.tsx';
import classes from './first-run.module.css';

/** Covers the console while another workspace takes its place. */
export function Opening() {
  const isOpening = useWorkspace((all) => all.isOpening);
  if (!isOpening) return null;
  return (
    <div className={classes.opening} role="status" data-testid="opening-workspace">
      <Loader size={18} aria-hidden />
      Opening the workspace…
    </div>
  );
}
