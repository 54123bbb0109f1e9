import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './connectors.module.css';

/** Something to know before one goes on. */
export function Notice({ tone = 'plain', children }: { tone?: 'plain' | 'trouble'; children: ReactNode }) {
  const Icon = tone === 'trouble' ? IconAlertTriangle : IconInfoCircle;
  return (
    <div className={classes.notice} data-tone={tone} role="note">
      <Icon size={16} stroke={1.8} aria-hidden />
      <div>{children}</div>
    </div>
  );
}
