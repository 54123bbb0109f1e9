import { IconArrowsDiff } from '@tabler/icons-react';
import type { CaseFile } from '../../../shared/model/request.ts';
import { SideBySide, useFactRows } from '../../components/side-by-side.tsx';
import classes from './request.module.css';

/** What the approver had seen and what is now, where a decision came back because the world had moved. */
export function StaleChanges({ changed }: { changed: CaseFile['changed'] }) {
  const rows = useFactRows(changed);
  if (rows.length === 0) return null;
  return (
    <section className={classes.stale} aria-label="Changed since it was decided" data-testid="stale-changes">
      <h2>
        <IconArrowsDiff size={16} aria-hidden />
        The decision was not applied: the lead has changed since
      </h2>
      <SideBySide rows={rows} seenBy="the approver" />
    </section>
  );
}
