import { Anchor, Button, Group, Loader } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { Connection } from '../../../shared/model/connection.ts';
import type { SetUpSignIn } from '../../../shared/set-up/guide.ts';
import { Section } from '../../components/blocks.tsx';
import classes from './connectors.module.css';
import { CopyText } from './copy-text.tsx';
import { type SignInRun, useSignIn } from './use-sign-in.ts';

interface SignInProps {
  connection: Connection;
  how: SetUpSignIn;
  /** A sign-in uses the saved settings. */
  isSaved: boolean;
  onSignedIn: () => void;
}

/** Who is signed in at the vendor, and how to sign in. */
export function SignIn({ connection: { system, account }, how, isSaved, onSignedIn }: SignInProps) {
  const { run, start, cancel } = useSignIn(system, onSignedIn);
  return (
    <Section title="Sign-in">
      <div className={classes.signIn}>
        <p data-testid="signed-in-as">
          {account === null ? 'Nobody is signed in yet.' : `Signed in as ${account}.`} {how.help}
        </p>
        {run.problem && (
          <p className={classes.problem} role="alert">
            {run.problem}
          </p>
        )}
        {run.isWaiting ? (
          <Waiting run={run} onCancel={cancel} />
        ) : (
          <Group gap={8}>
            {how.ways.map((way, index) => (
              <Button
                key={way}
                variant={index === 0 && account === null ? 'filled' : 'default'}
                disabled={!isSaved}
                onClick={() => void start(way)}
                data-testid={`sign-in-${way}`}
              >
                {way === 'browser' ? how.label : 'Sign in by code'}
              </Button>
            ))}
          </Group>
        )}
        {!isSaved && <p className={classes.muted}>Save the settings first.</p>}
      </div>
    </Section>
  );
}

function Waiting({ run: { asked }, onCancel }: { run: SignInRun; onCancel: () => void }) {
  return (
    <div className={classes.waiting} role="status">
      {asked?.step === 'code' && (
        <>
          <p>On any computer or phone, open the page, enter this code and sign in there:</p>
          <div className={classes.signInCode} data-testid="shown-code">
            {asked.code}
          </div>
          <Group gap={8}>
            <CopyText label="Copy the code" text={asked.code} />
            <PageLink url={asked.url} words={asked.url} />
          </Group>
        </>
      )}
      {asked?.step === 'open' && (
        <>
          <p>Sign in on the page that has opened in your browser, then come back here.</p>
          <PageLink url={asked.url} words="Open the page again" />
        </>
      )}
      <Group gap={8}>
        <Loader size={14} aria-hidden />
        <span className={classes.muted}>
          {asked === null ? 'Asking the vendor…' : 'Waiting for the sign-in…'}
        </span>
        <Button variant="subtle" size="compact-sm" onClick={onCancel} data-testid="sign-in-cancel">
          Cancel
        </Button>
      </Group>
    </div>
  );
}

function PageLink({ url, words }: { url: string; words: string }) {
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" fz="sm" data-testid="sign-in-page">
      {words} <IconExternalLink size={13} aria-hidden />
    </Anchor>
  );
}
