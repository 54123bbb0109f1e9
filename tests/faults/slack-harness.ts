import { createChatCalls } from './chat-harness.ts';
import { type CreateHarness, connected } from './vendor-harness.ts';

export const createSlackHarness: CreateHarness = async ({ connectors, sandbox }) => {
  const channel = 'C-LEADS';
  const { ts } = sandbox.slack.sendMessage({
    user: 'U-NINA',
    channel,
    text: 'A lead is with the wrong seller',
  });
  const slack = connected(connectors.chats.slack, 'slack');
  const { prepare, call } = createChatCalls(slack, {
    channel,
    thread: ts,
    email: 'nina.brandt@halden.example',
  });
  await prepare();
  return { system: 'slack', call };
};
