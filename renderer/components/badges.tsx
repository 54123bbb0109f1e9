import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Priority, priorities, type Reason, type Status } from '../../shared/model/request.ts';
import classes from './badges.module.css';
import { label } from './words.ts';

export type Tone = 'grey' | 'blue' | 'amber' | 'violet' | 'green' | 'red';

export function Badge({
  tone,
  hasDot = false,
  children,
}: {
  tone: Tone;
  hasDot?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {hasDot && <span className={classes.dot} />}
      <span className={classes.text}>{children}</span>
    </span>
  );
}

const statusTones: Record<Status, Tone> = {
  New: 'grey',
  Triaging: 'blue',
  Waiting: 'amber',
  Escalated: 'violet',
  Completed: 'green',
  Rejected: 'red',
  Closed: 'grey',
};

export function StatusBadge({ status }: { status: Status }) {
  return (
    <Badge tone={statusTones[status]} hasDot>
      {status}
    </Badge>
  );
}

export function ReasonBadge({ reason }: { reason: Reason }) {
  return <Badge tone="grey">{label(reason)}</Badge>;
}

/** Three bars, as many as the priority has weight; high ones are red. */
export function PriorityMark({ priority }: { priority: Priority }) {
  const weight = priorities.indexOf(priority);
  return (
    <Tooltip label={`${priority} priority`}>
      <span
        className={classes.priority}
        role="img"
        aria-label={`${priority} priority`}
        data-high={priority === 'High' || undefined}
      >
        {priorities.map((name, index) => (
          <i key={name} data-on={index <= weight || undefined} />
        ))}
      </span>
    </Tooltip>
  );
}
