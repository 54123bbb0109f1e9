import type { ReactNode } from 'react';
import { type CrmRecord, type Fact, type FactName, factNames } from '../../../shared/model/lead.ts';
import type { CaseFile } from '../../../shared/model/request.ts';
import { Section } from '../../components/blocks.tsx';
import { PersonName, useNameOf } from '../../components/person.tsx';
import { absoluteTime, useNow } from '../../components/time.ts';
import { label, systemLabels, valueWords } from '../../components/words.ts';
import { campaignWords, disagreementWords, territoryWords } from './context-words.ts';
import classes from './request.module.css';
import { Age, Origin, SourceLink } from './source-link.tsx';

/** The lead as each CRM holds it, and where a fact that the rules used came from when the record lacks it. */
export function CrmContext({ caseFile }: { caseFile: CaseFile }) {
  const { target, counterpart, facts } = caseFile;
  if (target === null) return null;
  const records = counterpart ? [target, counterpart] : [target];
  const rows = factNames
    .filter((name) => name !== 'source' && name !== 'recordId')
    .map((name) => ({
      name,
      values: records.map((record) => recordValue(record, name)),
      fact: facts?.[name] ?? null,
    }));
  const known = rows.filter(
    ({ values, fact }) => fact?.value != null || values.some((value) => value !== null),
  );
  return (
    <Section title="Lead in the CRM">
      <div className={classes.scrollX}>
        <table className={classes.table} data-testid="crm-context">
          <thead>
            <tr>
              <th scope="col">Fact</th>
              {records.map((record) => (
                <th key={record.id} scope="col">
                  <SourceLink title={`${systemLabels[record.system]} ${record.id}`} url={record.url} />
                  <Age readAt={record.readAt ?? null} modifiedAt={record.modifiedAt} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {known.map(({ name, values, fact }) => (
              <tr key={name} data-differs={hasDisagreement(values, fact) || undefined}>
                <th scope="row">{label(name)}</th>
                {values.map((value, index) => (
                  <td key={records[index]?.id}>
                    <RecordValue name={name} value={value} />
                    {name === 'leadSource' && <SmallPrint>{records[index]?.sourceDetail}</SmallPrint>}
                    {name === 'owner' && <SmallPrint>{records[index]?.owner?.teams?.join(', ')}</SmallPrint>}
                    {index === 0 && fact && (
                      <FactTaken {...{ name, fact, caseFile, isOwn: value !== null }} />
                    )}
                  </td>
                ))}
              </tr>
            ))}
            <MoreOfTheCrm records={records} />
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function SmallPrint({ children }: { children: ReactNode }) {
  return children ? <span className={classes.origin}>{children}</span> : null;
}

/** What only the CRM knows about, and no rule asks for: campaigns, the CRM's own territories, ids from before a merge. */
function MoreOfTheCrm({ records }: { records: readonly CrmRecord[] }) {
  const now = useNow();
  const nameOfEmail = useNameOf();
  const rows = [
    {
      title: 'Campaigns',
      cells: records.map(({ campaigns = [] }) => campaigns.map((one) => campaignWords(one, now))),
    },
    {
      title: 'Territories',
      cells: records.map(({ territories = [] }) =>
        territories.map((one) => territoryWords(one, nameOfEmail)),
      ),
    },
    { title: 'Merged from', cells: records.map(({ formerIds = [] }) => formerIds) },
  ];
  return rows
    .filter(({ cells }) => cells.some((lines) => lines.length > 0))
    .map(({ title, cells }) => (
      <tr key={title}>
        <th scope="row">{title}</th>
        {cells.map((lines, index) => (
          <td key={records[index]?.id}>
            {lines.map((line) => (
              <div key={line}>{line}</div>
            ))}
          </td>
        ))}
      </tr>
    ));
}

type RecordFact = string | number | boolean | null;

function recordValue(record: CrmRecord, name: FactName): RecordFact {
  switch (name) {
    case 'source':
      return record.system;
    case 'recordId':
      return record.id;
    case 'owner':
      return record.owner ? (record.owner.email ?? record.owner.name) : null;
    case 'isConverted':
      return record.isConverted;
    default:
      return record[name];
  }
}

const times: readonly FactName[] = ['createdAt', 'modifiedAt'];

function hasDisagreement(values: readonly RecordFact[], fact: Fact | null): boolean {
  if (fact !== null && fact.others.length > 0) return true;
  const [one, other] = values;
  return (
    one != null && other != null && String(one).toLowerCase() !== String(other).toLowerCase() && fact === null
  );
}

function RecordValue({ name, value }: { name: FactName; value: RecordFact }) {
  if (value === null) return <span className={classes.unknown}>unknown</span>;
  if (name === 'owner' && String(value).includes('@')) return <PersonName email={String(value)} />;
  if (times.includes(name)) return absoluteTime(String(value));
  return valueWords(value);
}

/** Which value the rules were given: where the record lacks it, from where; where the systems disagree, why that one. */
function FactTaken({
  name,
  fact,
  caseFile,
  isOwn,
}: {
  name: FactName;
  fact: Fact;
  caseFile: CaseFile;
  isOwn: boolean;
}) {
  const disagreement = disagreementWords(name, fact, caseFile);
  return (
    <>
      {!isOwn && fact.value !== null && fact.origin !== null && (
        <SmallPrint>
          taken as {valueWords(fact.value)}, from <Origin origin={fact.origin} sources={caseFile.sources} />
        </SmallPrint>
      )}
      <SmallPrint>{disagreement}</SmallPrint>
    </>
  );
}
