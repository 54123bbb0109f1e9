import { Button, Loader, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconExternalLink, IconMinus, IconX } from '@tabler/icons-react';
import type { ConnectionCheck } from '../../../shared/model/connection.ts';
import { Section } from '../../components/blocks.tsx';
import type { Trial } from '../../stores/connection-draft.ts';
import classes from './connectors.module.css';

const marks: Record<ConnectionCheck['state'], readonly [typeof IconCheck, words: string]> = {
  ok: [IconCheck, 'Works'],
  missing: [IconX, 'Missing'],
  failed: [IconX, 'Could not be found out'],
  skipped: [IconMinus, 'Not tried'],
};

/** What a whole run comes to. */
export function trialWords({ isRunning, checks, problem }: Trial): string {
  if (isRunning) return 'Trying…';
  if (problem !== null) return problem;
  const wrong = checks.filter(({ state }) => state === 'missing' || state === 'failed').length;
  if (wrong === 0) return 'Everything works.';
  return wrong === 1 ? 'One thing does not work yet.' : `${wrong} things do not work yet.`;
}

/** Each permission that was tried, as its result came: what it is, what was found, and what to do. */
export function TrialResults({ trial, onStop }: { trial: Trial; onStop: () => void }) {
  const { checks, isRunning, problem } = trial;
  const hasTrouble =
    problem !== null || checks.some(({ state }) => state === 'missing' || state === 'failed');
  return (
    <Section
      title="Test"
      aside={
        isRunning && (
          <Button variant="subtle" size="compact-xs" onClick={onStop}>
            Stop
          </Button>
        )
      }
    >
      <p
        className={classes.verdict}
        role="status"
        data-tone={isRunning ? undefined : hasTrouble ? 'trouble' : 'good'}
        data-testid="trial-verdict"
      >
        {isRunning && <Loader size={12} aria-hidden />}
        {trialWords(trial)}
      </p>
      <ul className={classes.checks} data-testid="connection-checks">
        {checks.map((check) => (
          <Check key={check.id} check={check} />
        ))}
      </ul>
    </Section>
  );
}

function Check({ check: { id, title, state, detail, remedy } }: { check: ConnectionCheck }) {
  const [Mark, words] = marks[state];
  return (
    <li className={classes.check} data-testid="connection-check" data-check={id} data-state={state}>
      <Mark size={15} stroke={2.2} aria-hidden />
      <div>
        <p>
          {title}
          <VisuallyHidden>: {words}</VisuallyHidden>
        </p>
        {detail && <p className={classes.muted}>{detail}</p>}
        {remedy && (
          <p className={classes.remedy}>
            {remedy.text}{' '}
            {remedy.url && (
              <a href={remedy.url} target="_blank" rel="noreferrer">
                Open the page
                <IconExternalLink size={13} aria-hidden />
              </a>
            )}
          </p>
        )}
      </div>
    </li>
  );
}
