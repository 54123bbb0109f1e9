import type { CrmOwner } from '../../../shared/model/lead.ts';
import type { CaseFile, MatchedAccount } from '../../../shared/model/request.ts';
import { Badge } from '../../components/badges.tsx';
import { Section } from '../../components/blocks.tsx';
import { PersonName, useNameOf } from '../../components/person.tsx';
import { absoluteTime } from '../../components/time.ts';
import { label, systemLabels, valueWords } from '../../components/words.ts';
import classes from './request.module.css';

/** What stands around the lead: accounts, other records of the person, opportunities, earlier owners. */
export function AccountContext({ caseFile }: { caseFile: CaseFile }) {
  return (
    <>
      <Accounts caseFile={caseFile} />
      <Duplicates caseFile={caseFile} />
      <Opportunities caseFile={caseFile} />
      <History caseFile={caseFile} />
      <Candidates caseFile={caseFile} />
    </>
  );
}

function Owner({ owner }: { owner: CrmOwner | null }) {
  if (owner === null) return <span className={classes.unknown}>Nobody</span>;
  return (
    <>
      {owner.email ? <PersonName email={owner.email} /> : (owner.name ?? owner.id)}
      {!owner.isActive && <span className={classes.origin}>inactive</span>}
      {owner.kind === 'queue' && <span className={classes.origin}>queue</span>}
    </>
  );
}

function Accounts({ caseFile }: { caseFile: CaseFile }) {
  const { account, similarAccounts, crmAccounts } = caseFile;
  if (account === null && similarAccounts.length === 0 && crmAccounts.length === 0) return null;
  return (
    <Section title="Accounts">
      <table className={classes.table}>
        <tbody>
          {account && <MatchedRow account={account} />}
          {similarAccounts.map((similar) => (
            <MatchedRow key={`${similar.origin} ${similar.name}`} account={similar} />
          ))}
          {crmAccounts.map(({ system, id, name, country, employees, owner }) => (
            <tr key={`${system} ${id}`}>
              <th scope="row">
                {name}
                <span className={classes.origin}>
                  {systemLabels[system]} {id}
                </span>
              </th>
              <td>
                {[country, employees === null ? null : `${valueWords(employees)} employees`]
                  .filter(Boolean)
                  .join(', ')}
              </td>
              <td>
                <Owner owner={owner} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function MatchedRow({ account }: { account: MatchedAccount }) {
  return (
    <tr>
      <th scope="row">
        {account.name}
        <span className={classes.origin}>
          matched by {account.matchedBy}, {account.origin}
        </span>
      </th>
      <td>{account.tier !== 'standard' && <Badge tone="violet">{label(account.tier)}</Badge>}</td>
      <td>
        <PersonName email={account.owner} />
      </td>
    </tr>
  );
}

function Duplicates({ caseFile }: { caseFile: CaseFile }) {
  const { target, samePerson } = caseFile;
  const others = samePerson.filter(({ system, id }) => system !== target?.system || id !== target.id);
  if (others.length === 0) return null;
  return (
    <Section title="Other records of the same person" count={others.length}>
      <table className={classes.table}>
        <tbody>
          {others.map((record) => (
            <tr key={`${record.system} ${record.id}`}>
              <th scope="row">
                {record.name ?? 'Unnamed'}
                <span className={classes.origin}>
                  {systemLabels[record.system]} {record.id}
                </span>
              </th>
              <td>{record.company}</td>
              <td>
                <Owner owner={record.owner} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Opportunities({ caseFile }: { caseFile: CaseFile }) {
  const { opportunities } = caseFile;
  if (opportunities.length === 0) return null;
  return (
    <Section title="Open opportunities" count={opportunities.length}>
      <table className={classes.table}>
        <tbody>
          {opportunities.map(({ system, id, name, stage, amount, owner }) => (
            <tr key={`${system} ${id}`}>
              <th scope="row">
                {name}
                <span className={classes.origin}>{systemLabels[system]}</span>
              </th>
              <td>{[stage, amount === null ? null : valueWords(amount)].filter(Boolean).join(', ')}</td>
              <td>
                <Owner owner={owner} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function History({ caseFile }: { caseFile: CaseFile }) {
  const { history } = caseFile;
  const nameOfEmail = useNameOf();
  const words = (who: string | null) =>
    who === null ? 'nobody' : who.includes('@') ? nameOfEmail(who) : who;
  if (history.length === 0) return null;
  return (
    <Section title="Earlier owners" count={history.length}>
      <table className={classes.table}>
        <tbody>
          {history.map(({ system, recordId, from, to, at }) => (
            <tr key={`${recordId} ${at} ${to}`}>
              <th scope="row">{absoluteTime(at)}</th>
              <td>
                {words(from)} → {words(to)}
              </td>
              <td className={classes.unknown}>{systemLabels[system]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Candidates({ caseFile }: { caseFile: CaseFile }) {
  const { candidates } = caseFile;
  if (candidates.length === 0) return null;
  return (
    <Section title="People whom the words fit" count={candidates.length}>
      <table className={classes.table}>
        <tbody>
          {candidates.map(({ name, company, records }) => (
            <tr key={records.map(({ id }) => id).join(' ')}>
              <th scope="row">{name ?? 'Unnamed'}</th>
              <td>{company}</td>
              <td className={classes.unknown}>
                {records.map(({ system, id }) => `${systemLabels[system]} ${id}`).join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
