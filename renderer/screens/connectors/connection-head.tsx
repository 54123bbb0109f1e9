import { Button } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import type { Connection } from '../../../shared/model/connection.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { wordsOf } from '../../api.ts';
import { showDone, showProblem } from '../../components/notices.tsx';
import { useStores } from '../../stores/app-stores.tsx';
import { hashOf } from '../../stores/route.ts';
import { StateLight } from '../sync/state-light.tsx';
import { stateTones, stateWords } from './connection-words.ts';
import classes from './connectors.module.css';
import { DisconnectDialog } from './disconnect-dialog.tsx';

/** What it is, how it stands, and what can be done with it as a whole. */
export function ConnectionHead({ connection, mayChange }: { connection: Connection; mayChange: boolean }) {
  const { system, state, setBy } = connection;
  const { title, purpose } = setUpGuides[system];
  return (
    <header className={classes.head}>
      <a className={classes.back} href={hashOf({ screen: 'connectors', system: null })}>
        <IconArrowLeft size={14} aria-hidden />
        Connectors
      </a>
      <div className={classes.headLine}>
        <h1>{title}</h1>
        <span className={classes.state} role="status" data-testid="connection-state" data-state={state}>
          <StateLight tone={stateTones[state]} />
          {stateWords[state]}
        </span>
        {mayChange && setBy !== null && (
          <span className={classes.headActions}>
            <PauseButton connection={connection} />
            {setBy === 'screen' && <DisconnectButton connection={connection} />}
          </span>
        )}
      </div>
      <p>{purpose}</p>
      {state === 'paused' && (
        <p data-testid="paused-words">
          Paused: {title} is neither listened to nor called, on any computer. What needs it waits, and goes on
          when you resume.
        </p>
      )}
    </header>
  );
}

function PauseButton({ connection: { system, state } }: { connection: Connection }) {
  const { connections } = useStores();
  const [isBusy, setBusy] = useState(false);
  const isPaused = state === 'paused';
  const change = async () => {
    setBusy(true);
    try {
      await connections.getState().pause(system, !isPaused);
    } catch (thrown) {
      showProblem(isPaused ? 'Not resumed' : 'Not paused', wordsOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button variant="default" loading={isBusy} onClick={() => void change()} data-testid="connection-pause">
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
  );
}

function DisconnectButton({ connection: { system } }: { connection: Connection }) {
  const { connections } = useStores();
  const [isAsking, setAsking] = useState(false);
  const { title } = setUpGuides[system];
  const disconnect = async () => {
    setAsking(false);
    try {
      await connections.getState().disconnect(system);
      showDone(`${title} is disconnected.`);
    } catch (thrown) {
      showProblem(`${title} is still connected`, wordsOf(thrown));
    }
  };
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)} data-testid="connection-disconnect">
        Disconnect…
      </Button>
      <DisconnectDialog
        system={system}
        isOpen={isAsking}
        onStay={() => setAsking(false)}
        onDisconnect={() => void disconnect()}
      />
    </>
  );
}
