import { Button } from '@mantine/core';
import {
  IconArrowUpRight,
  IconCircleCheck,
  IconCircleX,
  IconFlag,
  IconMessage,
  IconScale,
  IconTool,
} from '@tabler/icons-react';
import type { RequestDetail, SandboxChat } from '../../../shared/contract/contract.ts';
import type { AuditEvent, AuditEventType } from '../../../shared/model/audit.ts';
import { ReasonBadge, StatusBadge } from '../../components/badges.tsx';
import { Section } from '../../components/blocks.tsx';
import { PeopleText } from '../../components/people-text.tsx';
import { useNameOf } from '../../components/person.tsx';
import { useStores } from '../../stores/app-stores.tsx';
import { hashOf } from '../../stores/route.ts';
import { eventWords } from '../request/event-words.ts';
import { PolicyQuotes } from '../request/policy-quotes.tsx';
import { Rationale } from '../request/rationale.tsx';
import classes from './sandbox.module.css';

interface LiveRequestProps {
  detail: RequestDetail;
  /** In which it is talked about. */
  chat: SandboxChat | null;
}

/** The request that a thread became, step by step while it is worked on. */
export function LiveRequest({ detail, chat }: LiveRequestProps) {
  const { request, case: caseFile } = detail;
  return (
    <div className={classes.request} data-testid="sandbox-request" data-status={request.status}>
      <div className={classes.requestHead}>
        <h3>{request.lead_label ?? 'Reading the message'}</h3>
        <div className={classes.badges}>
          <StatusBadge status={request.status} />
          {request.reason && <ReasonBadge reason={request.reason} />}
          <a
            href={hashOf({ screen: 'request', requestId: request.request_id })}
            style={{ color: 'var(--accent-text)' }}
          >
            {request.request_id}
            <IconArrowUpRight size={13} aria-hidden />
          </a>
        </div>
      </div>
      {request.status === 'Escalated' && request.approver && (
        <ApproverHint approver={request.approver} chat={chat} />
      )}
      <Rationale detail={detail} />
      <Section title="Steps" count={detail.audit.length}>
        <ol aria-live="polite">
          {detail.audit.map((event) => (
            <Step key={event.event_id} event={event} />
          ))}
        </ol>
      </Section>
      {caseFile && <PolicyQuotes quotes={caseFile.quotes} />}
    </div>
  );
}

interface ApproverHintProps {
  approver: string;
  chat: SandboxChat | null;
}

/** Where the decision waits: in the approver's own messages. */
function ApproverHint({ approver, chat }: ApproverHintProps) {
  const { sandbox } = useStores();
  const nameOfEmail = useNameOf();
  const person = chat?.people.find(({ email }) => email === approver);
  const channel = chat?.channels.find(({ directWith }) => directWith !== null && directWith === person?.id);
  return (
    <div className={classes.hint}>
      <p>{nameOfEmail(approver)} has to decide this, and was told by direct message.</p>
      {chat && channel && (
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => sandbox.getState().openChannel(chat.system, channel.id)}
          data-testid="sandbox-open-approver"
        >
          Decide as {nameOfEmail(approver)}
        </Button>
      )}
    </div>
  );
}

const icons: Record<AuditEventType, typeof IconTool> = {
  Message: IconMessage,
  'Tool Call': IconTool,
  Decision: IconScale,
  Escalation: IconFlag,
  Approval: IconCircleCheck,
  Rejection: IconCircleX,
  Closure: IconCircleCheck,
};

function Step({ event }: { event: AuditEvent }) {
  const { tone, line, ms } = eventWords(event);
  const Icon = icons[event.event_type];
  return (
    <li className={classes.step} data-tone={tone}>
      <Icon size={15} stroke={1.8} aria-hidden />
      <span className={classes.stepText}>
        {event.event_type !== 'Tool Call' && <b>{event.event_type} </b>}
        <PeopleText text={line} />
      </span>
      <span>{ms === null ? '' : `${ms} ms`}</span>
    </li>
  );
}
