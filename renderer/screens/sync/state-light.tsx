import classes from './state-light.module.css';
import type { SyncTone } from './sync-words.ts';

/** The state as a colour, beside its words. */
export function StateLight({ tone }: { tone: SyncTone | 'none' }) {
  return <span className={classes.light} data-tone={tone} />;
}
