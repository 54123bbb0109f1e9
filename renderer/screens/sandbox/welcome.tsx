import { Button } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useEffect } from 'react';
import { useSandbox, useSession, useStores } from '../../stores/app-stores.tsx';
import { navigate } from '../../stores/route.ts';
import { useOtherWorkspace } from '../first-run/use-open-workspace.ts';
import classes from './sandbox.module.css';
import { useSend } from './use-send.ts';

/** What this is, in three sentences, and a first thing to do; until it was done or dismissed. */
export function Welcome() {
  const isDemo = useSession(({ session }) => session?.workspace.kind === 'demo');
  const [isDismissed, setDismissed] = useLocalStorage({
    key: 'switchyard.welcome-dismissed',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  return isDemo && !isDismissed ? <WelcomeStrip onDone={() => setDismissed(true)} /> : null;
}

function WelcomeStrip({ onDone }: { onDone: () => void }) {
  const { sandbox } = useStores();
  const send = useSend();
  const other = useOtherWorkspace();
  const state = useSandbox((store) => store.state);
  useEffect(() => void sandbox.getState().refresh(), [sandbox]);
  const example = state?.examples[0];
  const chat = state?.chats[0];
  const channel = chat?.channels.find(({ directWith }) => directWith === null)?.id;
  const author = chat?.people.find(({ email }) => email === example?.user);
  const sendExample = async () => {
    if (!example || !chat || !channel || !author) return;
    navigate({ screen: 'sandbox' });
    const { system } = chat;
    const isSent = await send({ system, user: author.id, channel, text: example.text, threadTs: null });
    if (isSent) onDone();
  };
  return (
    <section className={classes.welcome} aria-label="Welcome" data-testid="welcome">
      <div>
        <h2>Leads that went to the wrong person, put right</h2>
        <p>
          People say in Slack or Teams what is wrong; an agent looks the lead up in the CRMs, the routing
          rules and the policy. What is clear it corrects and answers at once; the rest it hands, with its
          reasons, to the one person who may decide. This is a demo on your computer: send the message and
          watch the lead change hands.
        </p>
      </div>
      <div className={classes.welcomeMessage}>
        <p>
          <b>{author?.name}</b> {example?.text}
        </p>
        <div className={classes.welcomeActions}>
          <Button onClick={() => void sendExample()} disabled={!example} data-testid="welcome-send">
            Send this message
          </Button>
          {other && (
            <Button variant="subtle" onClick={other.open} data-testid="welcome-own-workspace">
              {other.label}
            </Button>
          )}
          <Button variant="subtle" onClick={onDone} data-testid="welcome-dismiss">
            Dismiss
          </Button>
        </div>
      </div>
    </section>
  );
}
