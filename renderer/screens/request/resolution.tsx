import { Button, CopyButton } from '@mantine/core';
import type { RequestDetail } from '../../../shared/contract/contract.ts';
import type { RoutingAuditRow } from '../../../shared/model/audit.ts';
import { finalStatuses } from '../../../shared/model/request.ts';
import { StatusBadge } from '../../components/badges.tsx';
import { JsonText, Section } from '../../components/blocks.tsx';
import { PersonName } from '../../components/person.tsx';
import { absoluteTime } from '../../components/time.ts';
import { systemLabels } from '../../components/words.ts';
import classes from './request.module.css';

/** How it ended, for a request that has. */
export function Resolution({ detail }: { detail: RequestDetail }) {
  const { request } = detail;
  if (!finalStatuses.includes(request.status)) return null;
  return (
    <Section title="Final resolution">
      <div className={classes.resolution} data-testid="final-resolution">
        <p className={classes.move}>
          <StatusBadge status={request.status} />
          {request.decision}
          {request.next_owner && (
            <>
              , now with <PersonName email={request.next_owner} />
            </>
          )}
          {request.closed_at && <span className={classes.why}>{absoluteTime(request.closed_at)}</span>}
        </p>
      </div>
    </Section>
  );
}

export function RoutingAudit({ rows }: { rows: readonly RoutingAuditRow[] }) {
  if (rows.length === 0) return null;
  return (
    <Section title="Routing audit" count={rows.length}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Record</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Rule</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.routing_audit_id} title={`${row.reason}, ${absoluteTime(row.created_at)}`}>
              <td>
                {systemLabels[row.system]}
                <span className={classes.origin}>{row.record}</span>
              </td>
              <td>
                <PersonName email={row.previous_owner} hasInitials={false} />
              </td>
              <td>
                <PersonName email={row.new_owner} hasInitials={false} />
              </td>
              <td>{row.rule}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

export function AgentAnswer({ output }: { output: NonNullable<RequestDetail['output']> }) {
  const text = JSON.stringify(output, null, 2);
  return (
    <Section
      title="Agent’s answer"
      aside={
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="subtle" size="compact-xs" onClick={copy}>
              {copied ? 'Copied' : 'Copy JSON'}
            </Button>
          )}
        </CopyButton>
      }
    >
      <JsonText value={output} />
    </Section>
  );
}
