import { Button, Skeleton, Stack } from '@mantine/core';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { RequestDetail } from '../../../shared/contract/contract.ts';
import { PriorityMark, ReasonBadge, StatusBadge } from '../../components/badges.tsx';
import { Due, Empty, FactList, Section } from '../../components/blocks.tsx';
import { CameBack } from '../../components/came-back.tsx';
import { useWithdrawDecision, whyNotNow } from '../../components/decide.ts';
import { DecisionBar } from '../../components/decision-bar.tsx';
import { DecisionDialog, type OpenDecision } from '../../components/decision-dialog.tsx';
import { HeldUp } from '../../components/held-up.tsx';
import { Late } from '../../components/late.tsx';
import { showProblem } from '../../components/notices.tsx';
import { PersonName } from '../../components/person.tsx';
import { useShortcuts } from '../../components/shortcuts.ts';
import { absoluteTime } from '../../components/time.ts';
import { useDetail } from '../../components/use-detail.ts';
import { label, sourceLabels } from '../../components/words.ts';
import { useQueue, useStores } from '../../stores/app-stores.tsx';
import { stepFrom } from '../../stores/queue-rows.ts';
import type { DecisionAction } from '../../stores/requests.ts';
import { hashOf, navigate } from '../../stores/route.ts';
import { AccountContext } from './account-context.tsx';
import { AuditTimeline } from './audit-timeline.tsx';
import { Conversation } from './conversation.tsx';
import { CrmContext } from './crm-context.tsx';
import { PolicyQuotes } from './policy-quotes.tsx';
import { Rationale } from './rationale.tsx';
import classes from './request.module.css';
import { AgentAnswer, Resolution, RoutingAudit } from './resolution.tsx';
import { RulePath } from './rule-path.tsx';
import { StaleChanges } from './stale-changes.tsx';

export function RequestScreen({ requestId }: { requestId: string }) {
  const stores = useStores();
  const { queue } = stores;
  const ids = useQueue((state) => state.ids);
  const { detail, problem } = useDetail(requestId);
  const [decision, setDecision] = useState<OpenDecision | null>(null);
  const ask = (action: DecisionAction) => {
    if (!detail) return;
    const refusal = whyNotNow(stores, requestId);
    if (refusal) showProblem(`${requestId} cannot be decided`, refusal);
    else setDecision({ action, requestIds: [requestId] });
  };
  const withdraw = useWithdrawDecision();
  const commentField = useRef<HTMLTextAreaElement>(null);
  const step = (delta: number) => {
    const next = stepFrom(ids ?? [], requestId, delta);
    if (next === null || next === requestId) return;
    queue.getState().activate(next);
    navigate({ screen: 'request', requestId: next });
  };
  useShortcuts({
    Escape: () => navigate({ screen: 'queue' }),
    j: () => step(1),
    k: () => step(-1),
    a: () => ask('approve'),
    r: () => ask('reject'),
    t: () => ask('return'),
    m: () => commentField.current?.focus(),
    u: () => withdraw(requestId),
  });

  if (!detail) return problem ? <NotShown requestId={requestId} problem={problem} /> : <DetailSkeleton />;
  return (
    <article className={classes.screen} aria-label={`Request ${requestId}`} data-testid="request-detail">
      <Head detail={detail} onAsk={ask} />
      <div className={classes.columns}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section className={classes.column} tabIndex={0} aria-label="Case">
          <Case detail={detail} />
        </section>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section className={classes.column} tabIndex={0} aria-label="Record">
          <Properties detail={detail} />
          <Conversation
            requestId={requestId}
            messages={detail.messages}
            attachments={detail.attachments}
            composer={commentField}
          />
          <AuditTimeline audit={detail.audit} />
        </section>
      </div>
      <DecisionDialog decision={decision} onClose={() => setDecision(null)} />
    </article>
  );
}

function Head({ detail, onAsk }: { detail: RequestDetail; onAsk: (action: DecisionAction) => void }) {
  const { request } = detail;
  return (
    <header className={classes.head}>
      <div className={classes.path}>
        <a href={hashOf({ screen: 'queue' })}>
          <IconArrowLeft size={15} aria-hidden />
          Queue
        </a>
        <span>/</span>
        <span>{request.request_id}</span>
        <PriorityMark priority={request.priority} />
      </div>
      <div className={classes.titleLine}>
        <h1>{request.lead_label ?? request.summary.slice(0, 140)}</h1>
        <StatusBadge status={request.status} />
        {request.reason && <ReasonBadge reason={request.reason} />}
        {request.due_at && request.status === 'Escalated' && (
          <span>
            due <Due at={request.due_at} isOverdue={request.is_overdue} />
          </span>
        )}
      </div>
      <OwnerMove detail={detail} />
      <CameBack requestId={request.request_id} />
      <HeldUp request={request} />
      <DecisionBar detail={detail} onAsk={onAsk} />
    </header>
  );
}

/** Who owned the lead when the case was judged, and who is to own it or does by now. */
function OwnerMove({ detail }: { detail: RequestDetail }) {
  const { request, case: caseFile } = detail;
  if (!caseFile?.target) return null;
  const before = caseFile.target.owner?.email ?? null;
  const after = request.status === 'Completed' ? request.next_owner : (caseFile.proposal?.owner ?? null);
  return (
    <div className={classes.move}>
      <span className={classes.why}>Owner</span>
      <PersonName email={before} />
      {after !== null && after !== before && (
        <>
          <IconArrowRight
            size={15}
            role="img"
            aria-label={request.status === 'Completed' ? 'changed to' : 'proposed'}
          />
          <PersonName email={after} />
        </>
      )}
    </div>
  );
}

function Case({ detail }: { detail: RequestDetail }) {
  const { case: caseFile, output, routingAudit } = detail;
  return (
    <>
      <Resolution detail={detail} />
      {caseFile && <StaleChanges changed={caseFile.changed} />}
      <Rationale detail={detail} />
      {caseFile && <PolicyQuotes quotes={caseFile.quotes} />}
      {caseFile?.rules && <RulePath rules={caseFile.rules} />}
      {caseFile && <CrmContext caseFile={caseFile} />}
      {caseFile && <AccountContext caseFile={caseFile} />}
      <RoutingAudit rows={routingAudit} />
      {output && <AgentAnswer output={output} />}
    </>
  );
}

function Properties({ detail }: { detail: RequestDetail }) {
  const { request, case: caseFile } = detail;
  const facts = [
    ['Requester', <PersonName key="requester" email={request.requester} />],
    ['Source', sourceLabels[request.source]],
    ['Priority', request.priority],
    ['Approver', request.approver && <PersonName key="approver" email={request.approver} />],
    ['Delegate', request.delegate && <PersonName key="delegate" email={request.delegate} />],
    ['Held by', request.current_owner && <PersonName key="holder" email={request.current_owner} />],
    ['Asked for', caseFile?.askedOwner && <PersonName key="asked" email={caseFile.askedOwner} />],
    ['Target', request.target_record],
    ['System', request.target_system_or_record && label(request.target_system_or_record)],
    ['Justification', request.business_justification],
    ['Rule', request.rule],
    ['Step', caseFile?.step && `${caseFile.step} of 15 of the order of judgement`],
    ['Refers to', request.refers_to && <RequestLink key="refers" requestId={request.refers_to} />],
    ['Created', absoluteTime(request.created_at)],
    ['Due', request.due_at && absoluteTime(request.due_at)],
    ['Closed', request.closed_at && absoluteTime(request.closed_at)],
  ] as const;
  return (
    <Section title="Request">
      <FactList facts={facts.filter(([, value]) => value !== null && value !== undefined && value !== '')} />
    </Section>
  );
}

function RequestLink({ requestId }: { requestId: string }) {
  return (
    <a href={hashOf({ screen: 'request', requestId })} style={{ color: 'var(--accent-text)' }}>
      {requestId}
    </a>
  );
}

function NotShown({ requestId, problem }: { requestId: string; problem: string }) {
  return (
    <Empty title={`${requestId} cannot be shown`}>
      <p role="alert">{problem}</p>
      <Button variant="default" mt={8} onClick={() => navigate({ screen: 'queue' })}>
        Back to the queue
      </Button>
    </Empty>
  );
}

function DetailSkeleton() {
  return (
    <Late>
      <Stack className={classes.center} gap={10} role="status" aria-label="Reading the request">
        <Skeleton height={12} width={120} animate={false} />
        <Skeleton height={20} width="40%" animate={false} />
        <Skeleton height={28} width={320} animate={false} />
        <Skeleton height={12} mt={24} width="70%" animate={false} />
        <Skeleton height={12} width="64%" animate={false} />
      </Stack>
    </Late>
  );
}
