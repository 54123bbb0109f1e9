import { Menu, ScrollArea } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { SandboxState } from '../../../shared/contract/contract.ts';
import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { CaseFile } from '../../../shared/model/request.ts';
import { wordsOf } from '../../api.ts';
import { Badge } from '../../components/badges.tsx';
import { showProblem } from '../../components/notices.tsx';
import { PersonName } from '../../components/person.tsx';
import { systemLabels, valueWords } from '../../components/words.ts';
import { usePeople, useSandbox, useStores } from '../../stores/app-stores.tsx';
import { recordKey } from '../../stores/sandbox.ts';
import classes from './sandbox.module.css';

interface CrmRecordsProps {
  records: SandboxState['records'];
  /** Of the request that is looked at: its records come first. */
  caseFile: CaseFile | null;
}

export function CrmRecords({ records, caseFile }: CrmRecordsProps) {
  const involved = new Set((caseFile?.samePerson ?? []).map(recordKey));
  if (caseFile?.target) involved.add(recordKey(caseFile.target));
  const isInvolved = ({ record }: { record: CrmRecord }) => involved.has(recordKey(record));
  const ordered = [...records.filter(isInvolved), ...records.filter((entry) => !isInvolved(entry))];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="CRM records">
      {ordered.map((entry) => (
        <RecordCard key={recordKey(entry.record)} entry={entry} isInvolved={isInvolved(entry)} />
      ))}
    </section>
  );
}

function RecordCard({ entry, isInvolved }: { entry: SandboxState['records'][number]; isInvolved: boolean }) {
  const { record, writes } = entry;
  const changedAt = useSandbox((sandbox) => sandbox.changedAt[recordKey(record)]);
  const facts = [
    record.country,
    record.employees === null ? null : `${valueWords(record.employees)} employees`,
  ];
  return (
    <div
      // A new change runs the highlight again.
      key={changedAt}
      className={classes.record}
      data-involved={isInvolved || undefined}
      data-changed={changedAt !== undefined || undefined}
      data-testid="sandbox-record"
      data-record={record.id}
    >
      <div className={classes.recordHead}>
        <b>{record.name ?? 'Unnamed'}</b>
        <span>{systemLabels[record.system]}</span>
      </div>
      <div className={classes.recordSub}>{[record.company, ...facts].filter(Boolean).join(' · ')}</div>
      <div className={classes.recordOwner}>
        <OwnerMenu record={record} />
        {changedAt !== undefined && <Badge tone="green">Changed</Badge>}
        {writes > 0 && (
          <span className={classes.recordSub}>{writes === 1 ? '1 write' : `${writes} writes`}</span>
        )}
      </div>
    </div>
  );
}

/** Changes the record as somebody else in the CRM would, behind the agent's back. */
function OwnerMenu({ record }: { record: CrmRecord }) {
  const owners = usePeople((people) => people.owners);
  const { api } = useStores();
  const change = (ownerEmail: string) => {
    api.call.sandbox
      .changeRecord({ system: record.system, id: record.id, ownerEmail })
      .catch((thrown: unknown) => showProblem('The record was not changed', wordsOf(thrown)));
  };
  return (
    <Menu shadow="md" position="bottom-start" width={220}>
      <Menu.Target>
        <button type="button" className={classes.ownerButton} title="Change the owner">
          {record.owner && !record.owner.email ? (
            (record.owner.name ?? record.owner.id)
          ) : (
            <PersonName email={record.owner?.email ?? null} />
          )}
          <IconChevronDown size={13} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Change it as somebody else in the CRM</Menu.Label>
        <ScrollArea.Autosize mah={280} type="auto">
          {owners.map(({ email, name }) => (
            <Menu.Item key={email} onClick={() => change(email)} disabled={email === record.owner?.email}>
              {name}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
