import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight } from '@mantine/spotlight';
import {
  IconCloudUp,
  IconFlask,
  IconInbox,
  IconKeyboard,
  IconMoon,
  IconPencilPlus,
  IconPlugConnected,
  IconRefresh,
  IconSearch,
  IconSwitch2,
  IconUser,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { queueViews } from '../../../shared/contract/contract.ts';
import { connectedSystems } from '../../../shared/model/connection.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { StatusBadge } from '../../components/badges.tsx';
import { useOutboxActions } from '../../components/use-outbox-actions.ts';
import { useSeesAll, useSession, useStores } from '../../stores/app-stores.tsx';
import { navigate } from '../../stores/route.ts';
import { useOtherWorkspace } from '../first-run/use-open-workspace.ts';
import classes from './shell.module.css';
import { useActAs, useToggleColorScheme } from './status-footer.tsx';
import { viewLabels } from './view-labels.ts';

interface Command {
  group: 'Go to' | 'Act as' | 'Do';
  label: string;
  icon: ReactNode;
  run: () => void;
}

function useCommands(onShortcuts: () => void): Command[] {
  const { queue, sync } = useStores();
  const { retryAll } = useOutboxActions();
  const session = useSession((state) => state.session);
  const actAs = useActAs();
  const toggleColorScheme = useToggleColorScheme();
  const seesAll = useSeesAll();
  const other = useOtherWorkspace();
  const go = (label: string, icon: ReactNode, run: () => void): Command => ({
    group: 'Go to',
    label,
    icon,
    run,
  });
  return [
    ...queueViews.map((view) =>
      go(`Queue: ${viewLabels[view]}`, <IconInbox size={16} />, () => {
        void queue.getState().show({ view });
        navigate({ screen: 'queue' });
      }),
    ),
    go('New request', <IconPencilPlus size={16} />, () => navigate({ screen: 'form' })),
    ...(session?.workspace.kind === 'demo'
      ? [go('Sandbox', <IconFlask size={16} />, () => navigate({ screen: 'sandbox' }))]
      : []),
    ...(seesAll
      ? [
          go('Connectors', <IconPlugConnected size={16} />, () =>
            navigate({ screen: 'connectors', system: null }),
          ),
          ...connectedSystems.map((system) =>
            go(`Connectors: ${setUpGuides[system].title}`, <IconPlugConnected size={16} />, () =>
              navigate({ screen: 'connectors', system }),
            ),
          ),
        ]
      : []),
    go('At this desk: connection and what waits', <IconCloudUp size={16} />, () =>
      sync.getState().showPanel(true),
    ),
    { group: 'Do', label: 'Try the shared store again now', icon: <IconRefresh size={16} />, run: retryAll },
    {
      group: 'Do',
      label: 'Switch between dark and light',
      icon: <IconMoon size={16} />,
      run: toggleColorScheme,
    },
    ...(other
      ? [
          {
            group: 'Do',
            label: other.label,
            icon: <IconSwitch2 size={16} />,
            run: other.open,
          } satisfies Command,
        ]
      : []),
    { group: 'Do', label: 'Show keyboard shortcuts', icon: <IconKeyboard size={16} />, run: onShortcuts },
    ...(session?.actors ?? []).map(
      ({ email, name }): Command => ({
        group: 'Act as',
        label: `Act as ${name}`,
        icon: <IconUser size={16} />,
        run: () => actAs(email),
      }),
    ),
  ];
}

/** Requests that hold all the words; empty until something is typed. */
function useFoundRequests(words: string): RequestRow[] {
  const { api } = useStores();
  const [debounced] = useDebouncedValue(words.trim(), 120);
  const [found, setFound] = useState<RequestRow[]>([]);
  useEffect(() => {
    if (debounced.length < 2) return setFound([]);
    const abort = new AbortController();
    api.call.requests
      .list({ view: 'all', search: debounced, sort: 'newest', limit: 8 }, { signal: abort.signal })
      .then(({ rows }) => {
        if (!abort.signal.aborted) setFound(rows);
      })
      // The palette has its commands still; the next letter asks again.
      .catch(() => undefined);
    return () => abort.abort();
  }, [api, debounced]);
  return found;
}

export function CommandPalette({ onShortcuts }: { onShortcuts: () => void }) {
  const [query, setQuery] = useState('');
  const commands = useCommands(onShortcuts);
  const found = useFoundRequests(query);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  const shown = words.length === 0 ? fitting.filter(({ group }) => group !== 'Act as') : fitting;
  const groups = [...new Set(shown.map(({ group }) => group))];
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut="mod + K"
      tagsToIgnore={[]}
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      attributes={{ content: { 'aria-label': 'Find or do' } }}
      classNames={{ actionBody: classes.commandBody }}
    >
      <Spotlight.Search
        placeholder="A request, a screen, a person"
        aria-label="Find or do"
        leftSection={<IconSearch size={16} />}
      />
      <Spotlight.ActionsList>
        {groups.map((group) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {shown
              .filter((command) => command.group === group)
              .map(({ label, icon, run }) => (
                <Spotlight.Action key={label} label={label} leftSection={icon} onClick={run} />
              ))}
          </Spotlight.ActionsGroup>
        ))}
        {found.length > 0 && (
          <Spotlight.ActionsGroup label="Requests">
            {found.map((row) => (
              <Spotlight.Action
                key={row.request_id}
                label={row.lead_label ?? row.summary}
                description={`${row.request_id} · ${row.summary}`}
                rightSection={<StatusBadge status={row.status} />}
                onClick={() => navigate({ screen: 'request', requestId: row.request_id })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {groups.length === 0 && found.length === 0 && (
          <Spotlight.Empty>Nothing fits. Try a name, a company or an id such as REV-1048.</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
