import { Button, Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import type { RequestDetail } from '../../shared/contract/contract.ts';
import type { OutboxItem } from '../../shared/model/sync.ts';
import { useRequests } from '../stores/app-stores.tsx';
import type { DecisionAction, DecisionOrder } from '../stores/requests.ts';
import { mayWithdraw } from '../stores/sync.ts';
import { Badge } from './badges.tsx';
import { Key } from './blocks.tsx';
import { useDecide } from './decide.ts';
import classes from './decision-bar.module.css';
import { PeopleText } from './people-text.tsx';
import { useNameOf } from './person.tsx';
import { useOutboxActions } from './use-outbox-actions.ts';
import { useIsAway, useWaiting } from './use-waiting.ts';
import { WaitsMark } from './waits-mark.tsx';

interface DecisionBarProps {
  detail: RequestDetail;
  onAsk: (action: DecisionAction) => void;
}

/** What may be decided now, or in words why it may not. */
export function DecisionBar({ detail, onAsk }: DecisionBarProps) {
  const { request, mayDecide, mayNotDecideBecause } = detail;
  const sending = useRequests((state) => state.sending[request.request_id]);
  const { decision } = useWaiting(request.request_id);
  if (sending) return <Pending order={sending} />;
  if (decision) return <Waiting decision={decision} />;
  if (request.has_pending_decision) {
    return (
      <output className={classes.state}>
        <Badge tone="blue" hasDot>
          Decided
        </Badge>
        The agent checks the record again and applies the decision.
      </output>
    );
  }
  if (mayDecide) return <DecisionButtons detail={detail} onAsk={onAsk} />;
  if (request.status !== 'Escalated' || mayNotDecideBecause === null) return null;
  return (
    <p className={classes.state} data-testid="decision-refused">
      {mayNotDecideBecause}
    </p>
  );
}

function Pending({ order }: { order: DecisionOrder }) {
  const isAway = useIsAway();
  const words: Record<DecisionAction, string> = {
    approve: 'Approved',
    reject: 'Rejected',
    return: 'Returned',
  };
  return (
    <output className={classes.state}>
      <Badge tone="blue" hasDot>
        {words[order.action]}
      </Badge>
      {isAway ? <WaitsMark /> : 'Sending your decision'}
    </output>
  );
}

/** Decided at this desk and not through: it can be taken back as long as it is not under way. */
function Waiting({ decision }: { decision: OutboxItem }) {
  const { withdraw } = useOutboxActions();
  return (
    <output className={classes.state}>
      <Badge tone="blue" hasDot>
        Decided
      </Badge>
      <WaitsMark />
      {mayWithdraw(decision) && (
        <Hint label="Take it back: nobody has seen it yet" shortcut="u">
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => withdraw(decision)}
            data-testid="decision-withdraw"
          >
            Withdraw
          </Button>
        </Hint>
      )}
      <span className={classes.words}>
        <PeopleText text={decision.summary} />
      </span>
    </output>
  );
}

function DecisionButtons({ detail, onAsk }: DecisionBarProps) {
  const { request, case: caseFile } = detail;
  const decide = useDecide();
  const nameOfEmail = useNameOf();
  const proposal = caseFile?.proposal ?? null;
  const approveProposal = () =>
    void decide([request.request_id], { action: 'approve', owner: proposal?.owner ?? null, note: null });
  return (
    <fieldset className={classes.bar} aria-label="Decision">
      {proposal ? (
        <>
          <Button onClick={approveProposal} data-testid="decision-approve">
            Approve {proposal.name || nameOfEmail(proposal.owner)}
          </Button>
          <Hint label="Choose another owner" shortcut="a">
            <Button variant="default" onClick={() => onAsk('approve')} data-testid="decision-approve-other">
              Other…
            </Button>
          </Hint>
        </>
      ) : (
        <Hint label="Choose the owner" shortcut="a">
          <Button onClick={() => onAsk('approve')} data-testid="decision-approve">
            Choose owner…
          </Button>
        </Hint>
      )}
      <Hint label="Reject with a reason" shortcut="r">
        <Button variant="default" onClick={() => onAsk('reject')} data-testid="decision-reject">
          Reject…
        </Button>
      </Hint>
      <Hint label="Return with a question" shortcut="t">
        <Button variant="default" onClick={() => onAsk('return')} data-testid="decision-return">
          Return…
        </Button>
      </Hint>
    </fieldset>
  );
}

function Hint({
  label,
  shortcut,
  children,
}: {
  label: string;
  shortcut: string;
  children: ReactElement<Record<string, unknown>>;
}) {
  return (
    <Tooltip
      label={
        <>
          {label} <Key>{shortcut}</Key>
        </>
      }
    >
      {children}
    </Tooltip>
  );
}
