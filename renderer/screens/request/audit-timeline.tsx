import type { AuditEvent } from '../../../shared/model/audit.ts';
import { JsonText, Section } from '../../components/blocks.tsx';
import { PeopleText } from '../../components/people-text.tsx';
import { useNameOf } from '../../components/person.tsx';
import { absoluteTime } from '../../components/time.ts';
import { eventWords } from './event-words.ts';
import classes from './request.module.css';

/** Everything that happened, in order; each event opens to its whole details. */
export function AuditTimeline({ audit }: { audit: readonly AuditEvent[] }) {
  return (
    <Section title="Audit log" count={audit.length}>
      <ol data-testid="audit-timeline">
        {audit.map((event) => (
          <EventItem key={event.event_id} event={event} />
        ))}
      </ol>
    </Section>
  );
}

function EventItem({ event }: { event: AuditEvent }) {
  const { tone, line, ms } = eventWords(event);
  const nameOfEmail = useNameOf();
  return (
    <li className={classes.event} data-tone={tone}>
      <details>
        <summary>
          <b className={classes.eventType}>{event.event_type}</b>
          <span className={classes.spread}>
            <PeopleText text={line} />
          </span>
          {ms !== null && <span className={classes.ms}>{ms} ms</span>}
          <time dateTime={event.created_at} title={absoluteTime(event.created_at)}>
            {clockTime(event.created_at)}
          </time>
        </summary>
        <div className={classes.eventBody}>
          <p>
            {event.event_id}, by {nameOfEmail(event.actor)}, {absoluteTime(event.created_at)}
          </p>
          <JsonText value={event.details} />
        </div>
      </details>
    </li>
  );
}

const clockTime = (at: string): string =>
  new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
