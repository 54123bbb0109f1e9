import { IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import { useState } from 'react';
import type { ConditionResult, RuleStep, RulesOutcome } from '../../../shared/model/request.ts';
import { Badge } from '../../components/badges.tsx';
import { Section } from '../../components/blocks.tsx';
import { PeopleText } from '../../components/people-text.tsx';
import { PersonName } from '../../components/person.tsx';
import { label, valueWords } from '../../components/words.ts';
import classes from './request.module.css';

/** More rules that did not match than this are folded away. */
const shownMisses = 6;

const resultWords = { true: 'matches', false: 'does not match', unknown: 'cannot be told' } as const;

export function RulePath({ rules }: { rules: RulesOutcome }) {
  const [isWhole, setWhole] = useState(false);
  const misses = rules.path.filter(({ result }) => result === 'false');
  const isFolded = !isWhole && misses.length > shownMisses;
  const shown = isFolded ? rules.path.filter(({ result }) => result !== 'false') : rules.path;
  return (
    <Section title="Routing rules" count={rules.path.length}>
      <p className={classes.rationale} style={{ marginBottom: 8 }}>
        <PeopleText text={rules.explanation} />
      </p>
      {shown.map((step) => (
        <Rule key={step.ruleId} step={step} isMatch={step.ruleId === rules.ruleId} />
      ))}
      {isFolded && (
        <button type="button" className={classes.more} onClick={() => setWhole(true)}>
          Show the {misses.length} rules that do not match
        </button>
      )}
    </Section>
  );
}

function Rule({ step, isMatch }: { step: RuleStep; isMatch: boolean }) {
  return (
    <details
      className={classes.rule}
      data-match={isMatch || undefined}
      open={isMatch}
      data-testid="rule-step"
    >
      <summary>
        <Verdict result={step.result} />
        <span className={classes.spread}>
          <b>{step.ruleId}</b> {step.name}
          <span className={classes.why}>
            {' '}
            · priority {step.priority}, version {step.version}
          </span>
        </span>
        {isMatch && <Badge tone="green">Best match</Badge>}
        <span className={classes.why}>
          {step.assigns.includes('@') ? (
            <PersonName email={step.assigns} hasInitials={false} />
          ) : (
            step.assigns
          )}
        </span>
      </summary>
      <div>
        {step.conditions.length === 0 ? (
          <p className={classes.why}>No conditions: it always matches.</p>
        ) : (
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Condition</th>
                <th scope="col">This lead</th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {step.conditions.map((condition) => (
                <Condition key={JSON.stringify(condition)} condition={condition} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </details>
  );
}

const operatorWords: Record<string, string> = {
  eq: '=',
  neq: '≠',
  in: 'is one of',
  not_in: 'is none of',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  between: 'is between',
  starts_with: 'starts with',
  contains: 'contains',
  is_known: 'is known',
};

function Condition({ condition }: { condition: ConditionResult }) {
  const { field, op, wanted, actual, result } = condition;
  return (
    <tr>
      <td>
        {label(field)} {operatorWords[op] ?? op} {wanted === null ? '' : valueWords(wanted)}
      </td>
      <td className={actual === null ? classes.unknown : undefined}>{valueWords(actual)}</td>
      <td>
        <Verdict result={result} />
      </td>
    </tr>
  );
}

function Verdict({ result }: { result: RuleStep['result'] }) {
  const Icon = { true: IconCircleCheck, false: IconCircleX, unknown: IconHelpCircle }[result];
  return (
    <Icon
      size={16}
      stroke={1.8}
      className={classes.verdict}
      data-result={result}
      role="img"
      aria-label={resultWords[result]}
    />
  );
}
