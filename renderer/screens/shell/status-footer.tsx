import {
  ActionIcon,
  Menu,
  ScrollArea,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { IconMoon, IconSelector, IconSun } from '@tabler/icons-react';
import type { Person } from '../../../shared/model/person.ts';
import { wordsOf } from '../../api.ts';
import { showProblem } from '../../components/notices.tsx';
import { Initials } from '../../components/person.tsx';
import { label } from '../../components/words.ts';
import { useSession, useStores } from '../../stores/app-stores.tsx';
import classes from './shell.module.css';
import { SyncState } from './sync-state.tsx';

export function StatusFooter() {
  const session = useSession((state) => state.session);
  return (
    <div className={classes.footer}>
      {session && <Me me={session.me} actors={session.actors} />}
      <div className={classes.status}>
        <SyncState />
        <ColorSchemeButton />
      </div>
    </div>
  );
}

function Me({ me, actors }: { me: Person; actors: readonly Person[] }) {
  const actAs = useActAs();
  const person = (
    <>
      <Initials name={me.name} size={24} />
      <span className={classes.meText}>
        <span>{me.name}</span>
        <span>{me.roles.map(label).join(', ')}</span>
      </span>
    </>
  );
  if (actors.length === 0) return <div className={classes.me}>{person}</div>;
  return (
    <Menu position="top-start" width={260} shadow="md">
      <Menu.Target>
        <button type="button" className={classes.me} title="Act as somebody else" data-testid="act-as">
          {person}
          <IconSelector size={15} className={classes.meIcon} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Act as</Menu.Label>
        <ScrollArea.Autosize mah={380} type="auto">
          {actors.map((actor) => (
            <Menu.Item
              key={actor.email}
              leftSection={<Initials name={actor.name} size={20} />}
              onClick={() => actAs(actor.email)}
              bg={actor.email === me.email ? 'var(--surface-active)' : 'transparent'}
            >
              {actor.name}
              <span style={{ display: 'block', fontSize: 12, color: 'var(--text-muted)' }}>
                {actor.roles.map(label).join(', ')}
              </span>
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Takes another person's place, in the demo workspace. */
export function useActAs(): (email: string) => void {
  const { session } = useStores();
  return (email) => {
    session
      .getState()
      .actAs(email)
      .catch((thrown: unknown) => showProblem('You still act as before', wordsOf(thrown)));
  };
}

export function useToggleColorScheme(): () => void {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  return () => setColorScheme(scheme === 'dark' ? 'light' : 'dark');
}

function ColorSchemeButton() {
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const toggle = useToggleColorScheme();
  const words = scheme === 'dark' ? 'Use light colours' : 'Use dark colours';
  return (
    <Tooltip label={words}>
      <ActionIcon
        variant="subtle"
        color="gray"
        c="var(--text-muted)"
        size="sm"
        onClick={toggle}
        aria-label={words}
        data-testid="toggle-colour-scheme"
      >
        {scheme === 'dark' ? <IconSun size={15} /> : <IconMoon size={15} />}
      </ActionIcon>
    </Tooltip>
  );
}
