import { Button, Skeleton, Stack } from '@mantine/core';
import { IconArrowsMaximize, IconHandClick } from '@tabler/icons-react';
import type { RequestDetail } from '../../../shared/contract/contract.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import { PriorityMark, ReasonBadge, StatusBadge } from '../../components/badges.tsx';
import { Ago, Due, Empty } from '../../components/blocks.tsx';
import { CameBack } from '../../components/came-back.tsx';
import { DecisionBar } from '../../components/decision-bar.tsx';
import { HeldUp } from '../../components/held-up.tsx';
import { Late } from '../../components/late.tsx';
import { useDetail } from '../../components/use-detail.ts';
import { useRequests } from '../../stores/app-stores.tsx';
import type { DecisionAction } from '../../stores/requests.ts';
import { navigate } from '../../stores/route.ts';
import { Conversation } from '../request/conversation.tsx';
import { PolicyQuotes } from '../request/policy-quotes.tsx';
import { Rationale } from '../request/rationale.tsx';
import { StaleChanges } from '../request/stale-changes.tsx';
import classes from './queue.module.css';

interface RequestPreviewProps {
  requestId: string | null;
  onAsk: (action: DecisionAction) => void;
}

export function RequestPreview({ requestId, onAsk }: RequestPreviewProps) {
  const row = useRequests((state) => (requestId ? state.rows[requestId] : undefined));
  const { detail, problem } = useDetail(requestId);
  if (!row) {
    return (
      <Empty title="No request is chosen" icon={<IconHandClick size={28} stroke={1.4} />}>
        <p>Choose one with j and k or the mouse to see its reasons here.</p>
      </Empty>
    );
  }
  return (
    <article
      className={classes.preview}
      aria-label={`Preview of ${row.request_id}`}
      data-testid="request-preview"
    >
      <PreviewHead row={row} />
      {problem ? (
        <p role="alert">{problem}</p>
      ) : detail ? (
        <PreviewBody detail={detail} onAsk={onAsk} />
      ) : (
        <Late>
          <Stack gap={8}>
            <Skeleton height={28} width="60%" animate={false} />
            <Skeleton height={12} animate={false} />
            <Skeleton height={12} width="85%" animate={false} />
          </Stack>
        </Late>
      )}
    </article>
  );
}

function PreviewHead({ row }: { row: RequestRow }) {
  return (
    <header className={classes.previewHead}>
      <div className={classes.previewTop}>
        <PriorityMark priority={row.priority} />
        <span>{row.request_id}</span>
        <Ago at={row.created_at} />
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<IconArrowsMaximize size={13} />}
          onClick={() => navigate({ screen: 'request', requestId: row.request_id })}
          data-testid="open-request"
        >
          Open
        </Button>
      </div>
      <h2>{row.lead_label ?? row.summary}</h2>
      <div className={classes.badges}>
        <StatusBadge status={row.status} />
        {row.reason && <ReasonBadge reason={row.reason} />}
        {row.due_at && row.status === 'Escalated' && (
          <span>
            due <Due at={row.due_at} isOverdue={row.is_overdue} />
          </span>
        )}
      </div>
    </header>
  );
}

function PreviewBody({ detail, onAsk }: { detail: RequestDetail; onAsk: (action: DecisionAction) => void }) {
  return (
    <>
      <CameBack requestId={detail.request.request_id} />
      <HeldUp request={detail.request} />
      <div className={classes.decision}>
        <DecisionBar detail={detail} onAsk={onAsk} />
      </div>
      <Rationale detail={detail} />
      {detail.case && <StaleChanges changed={detail.case.changed} />}
      {detail.case && <PolicyQuotes quotes={detail.case.quotes} />}
      <Conversation
        requestId={detail.request.request_id}
        messages={detail.messages}
        attachments={detail.attachments}
      />
    </>
  );
}
