import { createColumnHelper, tableFeatures } from '@tanstack/react-table';
import { finalStatuses, type RequestRow } from '../../../shared/model/request.ts';
import { Badge, PriorityMark, StatusBadge } from '../../components/badges.tsx';
import { Ago, Due } from '../../components/blocks.tsx';
import { Highlighted } from '../../components/highlighted.tsx';
import { PersonName } from '../../components/person.tsx';
import { useIsAway, useWaiting } from '../../components/use-waiting.ts';
import { WaitsMark } from '../../components/waits-mark.tsx';
import { label } from '../../components/words.ts';
import { useQueue, useRequests, useStores } from '../../stores/app-stores.tsx';
import type { DecisionAction } from '../../stores/requests.ts';
import classes from './queue.module.css';

export const queueFeatures = tableFeatures({});
const column = createColumnHelper<typeof queueFeatures, RequestRow>();

export const queueColumns = column.columns([
  column.display({ id: 'pick', header: '', cell: ({ row }) => <PickBox row={row.original} /> }),
  column.accessor('priority', {
    header: '',
    cell: ({ row }) => <PriorityMark priority={row.original.priority} />,
  }),
  column.display({ id: 'lead', header: 'Lead and request', cell: ({ row }) => <Lead row={row.original} /> }),
  column.accessor('status', { header: 'Status', cell: ({ row }) => <State row={row.original} /> }),
  column.accessor('requester', {
    header: 'Requester',
    cell: ({ row }) => <PersonName email={row.original.requester} hasInitials={false} />,
  }),
  column.display({
    id: 'next',
    header: 'Next',
    cell: ({ row }) => {
      const email = nextOf(row.original);
      return email ? <PersonName email={email} /> : null;
    },
  }),
  column.accessor('created_at', {
    id: 'age',
    header: 'Age',
    cell: ({ row }) => <Ago at={row.original.created_at} />,
  }),
  column.accessor('due_at', {
    id: 'due',
    header: 'Due',
    cell: ({ row: { original } }) =>
      original.due_at && !finalStatuses.includes(original.status) ? (
        <Due at={original.due_at} isOverdue={original.is_overdue} />
      ) : null,
  }),
]);

/** Who has to do something now, or who owns the lead in the end. */
const nextOf = (row: RequestRow): string | null =>
  row.status === 'Escalated' ? (row.approver ?? row.next_owner) : row.next_owner;

function PickBox({ row }: { row: RequestRow }) {
  const { queue } = useStores();
  const isPicked = useQueue(({ picked }) => picked.includes(row.request_id));
  return (
    <input
      type="checkbox"
      className={classes.pick}
      checked={isPicked}
      onChange={() => queue.getState().togglePick(row.request_id)}
      aria-label={`Select ${row.request_id}`}
      tabIndex={-1}
    />
  );
}

function Lead({ row }: { row: RequestRow }) {
  const search = useQueue((queue) => queue.search);
  return (
    <span className={classes.two}>
      <span className={classes.lead}>
        <Highlighted text={row.lead_label ?? row.summary} search={search} />
      </span>
      <span className={classes.sub}>
        <span className={classes.id}>
          <Highlighted text={row.request_id} search={search} />
        </span>
        {row.lead_label !== null && <Highlighted text={row.summary} search={search} />}
      </span>
    </span>
  );
}

const sentWords: Record<DecisionAction, string> = {
  approve: 'Approved',
  reject: 'Rejected',
  return: 'Returned',
};

function State({ row }: { row: RequestRow }) {
  const sending = useRequests((state) => state.sending[row.request_id]);
  const { decision, returned } = useWaiting(row.request_id);
  const isAway = useIsAway();
  const isDecided = decision !== undefined || row.has_pending_decision;
  // With the store at hand the moment on the way is not worth a mark.
  const doesWait = sending ? isAway : row.waits_to_be_sent || decision !== undefined;
  return (
    <span className={classes.two}>
      <span>
        {sending || isDecided ? (
          <Badge tone="blue" hasDot>
            {sending ? sentWords[sending.action] : 'Decided'}
          </Badge>
        ) : (
          <StatusBadge status={row.status} />
        )}
      </span>
      {doesWait ? (
        <WaitsMark />
      ) : returned.length > 0 ? (
        <span className={classes.returned}>came back</span>
      ) : sending || isDecided ? (
        <span className={classes.sub}>being applied</span>
      ) : (
        row.reason && <span className={classes.sub}>{label(row.reason)}</span>
      )}
    </span>
  );
}
