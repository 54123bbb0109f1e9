import type { ReactNode } from 'react';
import type { Connection } from '../../../shared/model/connection.ts';
import { FactList, Section } from '../../components/blocks.tsx';
import { absoluteTime, clockWords, useNow } from '../../components/time.ts';
import { Budget } from './budget.tsx';
import { LastError } from './last-answers.tsx';
import { WatchedPlaces } from './watched-places.tsx';

/** How it has been going: what answered last, what went wrong last, what is left of the allowance, what is watched. */
export function Health({ connection }: { connection: Connection }) {
  const { setBy, lastSuccessAt, lastError, budget, watched, account } = connection;
  const now = useNow();
  if (setBy === null) return null;
  const facts: (readonly [string, ReactNode])[] = [
    [
      'Last answer',
      lastSuccessAt === null ? (
        'none yet'
      ) : (
        <time dateTime={lastSuccessAt} title={absoluteTime(lastSuccessAt)}>
          {clockWords(lastSuccessAt, now)}
        </time>
      ),
    ],
    ['Last error', lastError === null ? 'none' : <LastError error={lastError} />],
    ...(budget === null ? [] : [['Allowance', <Budget key="budget" budget={budget} />] as const]),
    ...(account === null ? [] : [['Signed in as', account] as const]),
    ...(watched.length === 0 ? [] : [['Watches', <WatchedPlaces key="watched" places={watched} />] as const]),
  ];
  return (
    <Section title="How it is going">
      <FactList facts={facts} />
    </Section>
  );
}
