import type { RequestDetail } from '../../../shared/contract/contract.ts';
import type { OwnerOption, Status } from '../../../shared/model/request.ts';
import { Badge } from '../../components/badges.tsx';
import { Section } from '../../components/blocks.tsx';
import { PeopleText } from '../../components/people-text.tsx';
import { PersonName } from '../../components/person.tsx';
import classes from './request.module.css';

/** Why it was decided so, and whom the agent proposes with the other owners that an approver may choose. */
export function Rationale({ detail }: { detail: RequestDetail }) {
  const { request, case: caseFile } = detail;
  const proposal = caseFile?.proposal ?? null;
  const options = (caseFile?.options ?? []).filter(({ owner }) => owner !== proposal?.owner);
  const isOpen = request.status === 'Escalated';
  return (
    <Section title="Why">
      <p className={classes.rationale}>
        <PeopleText text={request.rationale ?? missingWords(request.status)} />
      </p>
      {isOpen && (proposal !== null || options.length > 0) && (
        <ul className={classes.options} aria-label="Possible owners">
          {proposal && (
            <li>
              <Badge tone="blue">Proposed</Badge>
              <OwnerWords option={proposal} />
            </li>
          )}
          {options.map((option) => (
            <li key={option.owner}>
              <Badge tone="grey">Option</Badge>
              <OwnerWords option={option} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

const missingWords = (status: Status): string =>
  status === 'New' || status === 'Triaging'
    ? 'The agent has not finished reading the case; its reasons will stand here.'
    : 'No reasons were recorded.';

function OwnerWords({ option }: { option: OwnerOption }) {
  return (
    <span>
      <PersonName email={option.owner} /> <span className={classes.why}>{option.why}</span>
    </span>
  );
}
