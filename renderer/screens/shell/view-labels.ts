import type { QueueView } from '../../../shared/contract/contract.ts';

export const viewLabels: Record<QueueView, string> = {
  open: 'Open',
  mine: 'Mine to decide',
  escalated: 'Escalated',
  waiting: 'Waiting',
  overdue: 'Overdue',
  done: 'Done',
  all: 'All',
};
