import { CloseButton, Menu, ScrollArea, TextInput } from '@mantine/core';
import { IconArrowsSort, IconChevronDown, IconSearch } from '@tabler/icons-react';
import { type RefObject, useEffect, useState } from 'react';
import {
  type Priority,
  priorities,
  type Reason,
  reasons,
  type Source,
  type Status,
  sources,
  statuses,
} from '../../../shared/model/request.ts';
import { Key } from '../../components/blocks.tsx';
import { label, sourceLabels } from '../../components/words.ts';
import { useQueue, useStores } from '../../stores/app-stores.tsx';
import { listSorts, type QueueFilters, searchSorts } from '../../stores/queue.ts';
import { viewLabels } from '../shell/view-labels.ts';
import classes from './queue.module.css';

const searchPauseMs = 120;

export function QueueToolbar({ searchField }: { searchField: RefObject<HTMLInputElement | null> }) {
  const view = useQueue((queue) => queue.view);
  const isSearching = useQueue((queue) => queue.search.trim() !== '');
  return (
    <header className={classes.toolbar}>
      <h1 className={classes.title}>{viewLabels[view]}</h1>
      <fieldset className={classes.filters} aria-label="Filters">
        <FilterChip<Status> field="status" title="Status" values={statuses} words={(status) => status} />
        <FilterChip<Priority> field="priority" title="Priority" values={priorities} words={(name) => name} />
        <FilterChip<Reason> field="reason" title="Reason" values={reasons} words={label} />
        <FilterChip<Source>
          field="source"
          title="Source"
          values={sources}
          words={(name) => sourceLabels[name]}
        />
        {isSearching ? <SearchSortChip /> : <SortChip />}
      </fieldset>
      <SearchField field={searchField} />
    </header>
  );
}

interface FilterChipProps<Value extends string> {
  field: keyof QueueFilters;
  title: string;
  values: readonly Value[];
  words: (value: Value) => string;
}

function FilterChip<Value extends string>({ field, title, values, words }: FilterChipProps<Value>) {
  const filters = useQueue((queue) => queue.filters);
  const { queue } = useStores();
  const chosen: readonly string[] = filters[field];
  const only = values.find((value) => value === chosen[0]);
  const shown =
    chosen.length === 0 ? title : chosen.length === 1 && only ? words(only) : `${title} ${chosen.length}`;
  const choose = (next: readonly string[]) =>
    void queue
      .getState()
      .show({ filters: { ...filters, [field]: values.filter((value) => next.includes(value)) } });
  return (
    <Menu shadow="md" position="bottom-start">
      <Menu.Target>
        <button
          type="button"
          className={classes.chip}
          data-on={chosen.length > 0 || undefined}
          aria-label={`${shown}, filter`}
          data-testid={`filter-${field}`}
        >
          {shown}
          <IconChevronDown size={13} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={360} type="auto">
          <Menu.CheckboxGroup value={[...chosen]} onChange={choose}>
            {values.map((value) => (
              <Menu.CheckboxItem key={value} value={value}>
                {words(value)}
              </Menu.CheckboxItem>
            ))}
          </Menu.CheckboxGroup>
        </ScrollArea.Autosize>
        {chosen.length > 0 && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => choose([])}>Clear</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

const sortLabels: Record<(typeof listSorts)[number], string> = {
  urgency: 'Most urgent first',
  newest: 'Newest first',
  oldest: 'Oldest first',
  updated: 'Last changed first',
};

const searchSortLabels: Record<(typeof searchSorts)[number], string> = {
  newest: 'Newest',
  relevance: 'Best match',
};

/** While one searches: the newest first, or what fits best. */
function SearchSortChip() {
  const chosen = useQueue((queue) => queue.searchSort);
  const { queue } = useStores();
  return (
    <fieldset className={classes.toggle} aria-label="Order of what was found">
      {searchSorts.map((sort) => (
        <button
          key={sort}
          type="button"
          aria-pressed={sort === chosen}
          onClick={() => void queue.getState().show({ searchSort: sort })}
          data-testid={`sort-${sort}`}
        >
          {searchSortLabels[sort]}
        </button>
      ))}
    </fieldset>
  );
}

function SortChip() {
  const sort = useQueue((queue) => queue.sort);
  const { queue } = useStores();
  const choose = (name: string) => {
    const chosen = listSorts.find((value) => value === name);
    if (chosen) void queue.getState().show({ sort: chosen });
  };
  return (
    <Menu shadow="md" position="bottom-start">
      <Menu.Target>
        <button
          type="button"
          className={classes.chip}
          aria-label={`Sort: ${sortLabels[sort]}`}
          data-testid="sort"
        >
          <IconArrowsSort size={13} aria-hidden />
          {sortLabels[sort].replace(' first', '')}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={sort} onChange={choose}>
          {listSorts.map((name) => (
            <Menu.RadioItem key={name} value={name}>
              {sortLabels[name]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

function SearchField({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const search = useQueue((state) => state.search);
  const { queue } = useStores();
  const [words, setWords] = useState(search);
  useEffect(() => setWords(search), [search]);
  useEffect(() => {
    if (words === queue.getState().search) return;
    // Who clears the search is in the middle of no word.
    const pauseMs = words === '' ? 0 : searchPauseMs;
    const timer = setTimeout(() => void queue.getState().show({ search: words }), pauseMs);
    return () => clearTimeout(timer);
  }, [queue, words]);
  return (
    <TextInput
      ref={field}
      className={classes.search}
      size="xs"
      placeholder="Search"
      aria-label="Search requests"
      value={words}
      onChange={(event) => setWords(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
      }}
      maxLength={500}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={
        words === '' ? (
          <Key>/</Key>
        ) : (
          <CloseButton size="xs" aria-label="Clear the search" onClick={() => setWords('')} />
        )
      }
      data-testid="queue-search"
    />
  );
}
