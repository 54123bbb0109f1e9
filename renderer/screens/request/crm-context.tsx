import { type CrmRecord, type Fact, type FactName, factNames } from '../../../shared/model/lead.ts';
import type { CaseFile } from '../../../shared/model/request.ts';
import { Section } from '../../components/blocks.tsx';
import { PersonName } from '../../components/person.tsx';
import { absoluteTime } from '../../components/time.ts';
import { label, systemLabels, valueWords } from '../../components/words.ts';
import classes from './request.module.css';

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
                  <RecordTitle record={record} />
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
                    {index === 0 && value === null && fact?.value != null && <Enriched fact={fact} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function RecordTitle({ record }: { record: CrmRecord }) {
  const title = `${systemLabels[record.system]} ${record.id}`;
  return record.url ? (
    <a href={record.url} target="_blank" rel="noreferrer" style={{ color: 'var(--accent-text)' }}>
      {title}
    </a>
  ) : (
    title
  );
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

function Enriched({ fact }: { fact: Fact }) {
  return (
    <span className={classes.origin}>
      taken as {valueWords(fact.value)}, from {fact.origin}
    </span>
  );
}
