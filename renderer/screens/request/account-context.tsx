import type { CrmAccount, CrmOwner, CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { CaseFile, MatchedAccount } from '../../../shared/model/request.ts';
import { Badge } from '../../components/badges.tsx';
import { PersonName, useNameOf } from '../../components/person.tsx';
import { absoluteTime } from '../../components/time.ts';
import { label, systemLabels, valueWords } from '../../components/words.ts';
import { type ContextRow, ContextTable } from './context-table.tsx';
import { territoryWords } from './context-words.ts';
import classes from './request.module.css';
import { Age, SourceLink } from './source-link.tsx';

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
      {owner.teams?.[0] && <span className={classes.origin}>{owner.teams.join(', ')}</span>}
    </>
  );
}

const words = (parts: readonly (string | null | undefined)[]): string => parts.filter(Boolean).join(', ');

interface Sourced {
  system: CrmSystem;
  id: string;
  url: string | null;
  readAt?: string | undefined;
  modifiedAt?: string | null | undefined;
}

function Source({ system, id, url, readAt, modifiedAt }: Sourced) {
  return (
    <>
      <SourceLink title={`${systemLabels[system]} ${id}`} url={url} />
      <Age readAt={readAt ?? null} modifiedAt={modifiedAt ?? null} />
    </>
  );
}

function Accounts({ caseFile }: { caseFile: CaseFile }) {
  const nameOfEmail = useNameOf();
  const { account, similarAccounts, crmAccounts } = caseFile;
  const matched = account ? [account, ...similarAccounts] : similarAccounts;
  const inTheCrm = crmAccounts.map((one) => accountRow(one, nameOfEmail));
  return (
    <ContextTable
      title="Accounts"
      isCounted={false}
      rows={[...matched.map(matchedRow), ...inTheCrm]}
      of={{ caseFile, what: 'accounts' }}
    />
  );
}

const matchedRow = ({ name, matchedBy, origin, tier, owner }: MatchedAccount): ContextRow => ({
  key: `${origin} ${name}`,
  name,
  origin: `matched by ${matchedBy}, ${origin}`,
  detail: tier !== 'standard' && <Badge tone="violet">{label(tier)}</Badge>,
  owner: <PersonName email={owner} />,
});

function accountRow(account: CrmAccount, nameOfEmail: (email: string) => string): ContextRow {
  const { system, id, name, country, employees, territories = [], owner } = account;
  return {
    key: `${system} ${id}`,
    name,
    origin: <Source {...account} />,
    detail: words([
      country,
      employees === null ? null : `${valueWords(employees)} employees`,
      ...territories.map((territory) => `territory ${territoryWords(territory, nameOfEmail)}`),
    ]),
    owner: <Owner owner={owner} />,
  };
}

function Duplicates({ caseFile }: { caseFile: CaseFile }) {
  const { target, samePerson } = caseFile;
  const others = samePerson.filter(({ system, id }) => system !== target?.system || id !== target.id);
  return (
    <ContextTable
      title="Other records of the same person"
      rows={others.map(duplicateRow)}
      of={{ caseFile, what: 'duplicates' }}
    />
  );
}

function duplicateRow(record: CrmRecord): ContextRow {
  const { system, id, name, company, duplicateRules = [], owner } = record;
  return {
    key: `${system} ${id}`,
    name: name ?? 'Unnamed',
    origin: <Source {...record} />,
    detail: (
      <>
        {company}
        {duplicateRules.length > 0 && (
          <span className={classes.origin}>
            put together by {systemLabels[system]}: {duplicateRules.join(', ')}
          </span>
        )}
      </>
    ),
    owner: <Owner owner={owner} />,
  };
}

function Opportunities({ caseFile }: { caseFile: CaseFile }) {
  const rows = caseFile.opportunities.map(
    ({ system, id, name, stage, amount, owner }): ContextRow => ({
      key: `${system} ${id}`,
      name,
      origin: `${systemLabels[system]} ${id}`,
      detail: words([stage, amount === null ? null : valueWords(amount)]),
      owner: <Owner owner={owner} />,
    }),
  );
  return <ContextTable title="Open opportunities" rows={rows} of={{ caseFile, what: 'opportunities' }} />;
}

function History({ caseFile }: { caseFile: CaseFile }) {
  const nameOfEmail = useNameOf();
  const who = (name: string | null) =>
    name === null ? 'nobody' : name.includes('@') ? nameOfEmail(name) : name;
  const rows = caseFile.history.map(
    ({ system, recordId, from, to, at }): ContextRow => ({
      key: `${recordId} ${at} ${to}`,
      name: absoluteTime(at),
      detail: `${who(from)} → ${who(to)}`,
      owner: <span className={classes.unknown}>{systemLabels[system]}</span>,
    }),
  );
  return <ContextTable title="Earlier owners" rows={rows} of={{ caseFile, what: 'history' }} />;
}

function Candidates({ caseFile }: { caseFile: CaseFile }) {
  const rows = caseFile.candidates.map(
    ({ name, company, records }): ContextRow => ({
      key: records.map(({ id }) => id).join(' '),
      name: name ?? 'Unnamed',
      detail: company,
      owner: (
        <span className={classes.unknown}>
          {records.map(({ system, id }) => `${systemLabels[system]} ${id}`).join(', ')}
        </span>
      ),
    }),
  );
  return <ContextTable title="People whom the words fit" rows={rows} />;
}
