import { createChatCalls } from './chat-harness.ts';
import { type CreateHarness, connected } from './vendor-harness.ts';

export const createTeamsHarness: CreateHarness = async ({ connectors, sandbox }) => {
  const channel = '19:leads@thread.tacv2';
  const { id } = sandbox.teams.sendMessage({
    user: 't-nina',
    channel,
    text: 'A lead is with the wrong seller',
  });
  const teams = connected(connectors.chats.teams, 'teams');
  const { prepare, call } = createChatCalls(teams, {
    channel,
    thread: id,
    email: 'nina.brandt@halden.example',
  });
  await prepare();
  return { system: 'teams', call };
};
