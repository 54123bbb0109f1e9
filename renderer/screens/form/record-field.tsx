import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { RecordMatch } from '../../../shared/contract/contract.ts';
import type { CrmSystem } from '../../../shared/model/lead.ts';
import { wordsOf } from '../../api.ts';
import { useNameOf } from '../../components/person.tsx';
import { useIsAway } from '../../components/use-waiting.ts';
import { systemLabels } from '../../components/words.ts';
import { useStores } from '../../stores/app-stores.tsx';
import classes from './form.module.css';

interface RecordFieldProps {
  value: string;
  onText: (text: string) => void;
  onRecord: (record: RecordMatch) => void;
}

/** The lead: looked up in the CRMs as one types; any other text is taken too. */
export function RecordField({ value, onText, onRecord }: RecordFieldProps) {
  const { matches, note } = useRecordSearch(value);
  const nameOfEmail = useNameOf();
  const [isTyping, setTyping] = useState(false);
  const words = ({ system, owner }: RecordMatch) =>
    `${systemLabels[system]}, ${owner ? `owned by ${nameOfEmail(owner)}` : 'without an owner'}`;
  const chosen = matches.find(({ id }) => id === value);
  const keyed = new Map(matches.map((match) => [`${match.system} ${match.id}`, match]));
  return (
    <div>
      <Autocomplete
        label="Lead"
        description="A name, a company, an e-mail address, a link or an id. Choose the record, or leave your words."
        placeholder="jonas.weber@nordlicht.example"
        value={value}
        onChange={(text) => {
          setTyping(true);
          onText(text);
        }}
        data={[...keyed].map(([value, match]) => ({ value, label: titleOf(match) }))}
        // The CRMs have searched already.
        filter={({ options }) => options}
        renderOption={({ option }) => {
          const match = keyed.get(option.value);
          return (
            <span className={classes.option}>
              <span>{match && titleOf(match)}</span>
              <span>{match && words(match)}</span>
            </span>
          );
        }}
        onOptionSubmit={(key) => {
          const match = keyed.get(key);
          setTyping(false);
          // After the field has put the option's label in.
          if (match) queueMicrotask(() => onRecord(match));
        }}
        maxLength={500}
        data-testid="form-record"
      />
      {chosen && !isTyping ? (
        <p className={classes.picked}>
          {titleOf(chosen)}: {words(chosen)}
        </p>
      ) : (
        note && <p className={classes.picked}>{note}</p>
      )}
    </div>
  );
}

const titleOf = ({ name, company }: RecordMatch): string =>
  [name ?? 'Unnamed', company].filter(Boolean).join(', ');

const searchPauseMs = 250;

function useRecordSearch(text: string): { matches: RecordMatch[]; note: string | null } {
  const { api } = useStores();
  const isAway = useIsAway();
  const [words] = useDebouncedValue(text.trim(), searchPauseMs);
  const [matches, setMatches] = useState<RecordMatch[]>([]);
  const [note, setNote] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    setFailure(null);
    if (words.length < 2) {
      setMatches([]);
      setNote(null);
      return;
    }
    const abort = new AbortController();
    api.call.records
      .search({ text: words }, { signal: abort.signal })
      .then((found) => {
        if (abort.signal.aborted) return;
        setMatches(found.matches);
        setNote(searchNote(found.matches.length, found.unreachable));
      })
      .catch((thrown: unknown) => {
        if (!abort.signal.aborted) setFailure(wordsOf(thrown));
      });
    return () => abort.abort();
  }, [api, words]);
  if (failure === null) return { matches, note };
  return { matches: [], note: isAway ? offlineNote : `Not looked up: ${failure}` };
}

const offlineNote =
  'Offline: records are not looked up now. Your words are taken as they are, and looked up later.';

function searchNote(found: number, unreachable: readonly CrmSystem[]): string | null {
  if (unreachable.length > 0) {
    const names = unreachable.map((system) => systemLabels[system]).join(' and ');
    return `${names} did not answer. Your words are taken as they are, and looked up later.`;
  }
  return found === 0
    ? 'No record fits these words. They are taken as they are; the agent will ask if need be.'
    : null;
}
