import { Button, SegmentedControl, VisuallyHidden } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useEffect } from 'react';
import { ChatSystem, type SandboxState } from '../../../shared/contract/contract.ts';
import { Empty } from '../../components/blocks.tsx';
import { useShortcuts } from '../../components/shortcuts.ts';
import { useDetail } from '../../components/use-detail.ts';
import { useIsAway } from '../../components/use-waiting.ts';
import { useSandbox, useSession, useStores } from '../../stores/app-stores.tsx';
import { navigate } from '../../stores/route.ts';
import { shownChat, shownThread, type ThreadRef } from '../../stores/sandbox.ts';
import { ChatChannel } from './chat-channel.tsx';
import { CrmRecords } from './crm-records.tsx';
import { LiveRequest } from './live-request.tsx';
import classes from './sandbox.module.css';

export function SandboxScreen() {
  const { sandbox } = useStores();
  const session = useSession((state) => state.session);
  const state = useSandbox((store) => store.state);
  const problem = useSandbox((store) => store.problem);
  const isDemo = session?.workspace.kind === 'demo';
  useEffect(() => {
    if (isDemo) void sandbox.getState().refresh();
  }, [sandbox, isDemo]);
  useShortcuts({ Escape: () => navigate({ screen: 'queue' }) });

  if (session && !isDemo) {
    return (
      <Empty title="There is no sandbox here">
        <p>It belongs to the demo workspace; this workspace is connected to real systems.</p>
        <Button
          variant="default"
          mt={8}
          leftSection={<IconArrowLeft size={14} />}
          onClick={() => navigate({ screen: 'queue' })}
        >
          Queue
        </Button>
      </Empty>
    );
  }
  if (!state) return problem ? <Empty title="The sandbox cannot be read">{problem}</Empty> : null;
  return <Columns state={state} />;
}

/** The request that a thread became, by the first of its messages that knows. */
function requestOf({ chats }: SandboxState, thread: ThreadRef | null): string | null {
  if (thread === null) return null;
  const inThread = chats
    .flatMap(({ messages }) => messages)
    .filter(({ channel, threadTs }) => channel === thread.channel && threadTs === thread.threadTs);
  return inThread.find(({ requestId }) => requestId !== null)?.requestId ?? null;
}

const chatLabels = { slack: 'Slack', teams: 'Teams' } as const;

/** Which of the chats is shown. */
function ChatChoice({ chats, system }: Pick<SandboxState, 'chats'> & { system: ChatSystem }) {
  const { sandbox } = useStores();
  if (chats.length < 2) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label="Chat"
      data={chats.map((chat) => ({ value: chat.system, label: chatLabels[chat.system] }))}
      value={system}
      onChange={(value) => sandbox.getState().openChat(ChatSystem.parse(value))}
      data-testid="sandbox-chat"
    />
  );
}

function Columns({ state }: { state: SandboxState }) {
  const system = useSandbox((store) => store.system);
  const thread = useSandbox(shownThread);
  const { chat, channel } = shownChat(useSandbox((store) => store));
  const requestId = requestOf(state, thread);
  const { detail, problem } = useDetail(requestId);
  const isAway = useIsAway();
  const shown = detail?.request.request_id === requestId ? detail : null;
  return (
    <div className={classes.screen}>
      <VisuallyHidden component="h1">Sandbox</VisuallyHidden>
      <section className={classes.column} aria-label={chatLabels[system]}>
        <header className={classes.columnHead}>
          <h2>{chatLabels[system]}</h2>
          <ChatChoice chats={state.chats} system={system} />
        </header>
        {isAway && (
          <p className={classes.away} role="status" data-testid="sandbox-offline">
            Offline: the sandbox writes to the shared store, so it stands still until that is back.
          </p>
        )}
        {chat && channel && <ChatChannel chat={chat} examples={state.examples} channel={channel} />}
      </section>
      <section className={classes.column} aria-label="CRM">
        <header className={classes.columnHead}>
          <h2>Salesforce and HubSpot</h2>
        </header>
        <CrmRecords records={state.records} caseFile={shown?.case ?? null} />
      </section>
      <section className={classes.column} aria-label="Request of the thread">
        <header className={classes.columnHead}>
          <h2>What the agent does</h2>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label="Steps of the agent">
          {shown ? (
            <LiveRequest detail={shown} chat={chat} />
          ) : (
            <Empty title={thread ? 'The agent takes the message in' : 'Nothing to watch yet'}>
              <p>
                {problem ??
                  (thread
                    ? 'Each of its steps appears here as it is taken.'
                    : 'Send a message, or open a thread: each step of the agent appears here as it is taken.')}
              </p>
            </Empty>
          )}
        </section>
      </section>
    </div>
  );
}
