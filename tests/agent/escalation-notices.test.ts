import { afterEach, expect, it } from 'vitest';
import type { Notifier } from '../../electron/core/ports.ts';
import { type AgentBench, requestsOf, startAgentBench } from './agent-bench.ts';

let bench: AgentBench | undefined;
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

type Note = Parameters<Notifier['notify']>[0];

/** A program at whose desk somebody sits, and what they were told outside the window. */
async function startFor(user: string) {
  const notes: Note[] = [];
  bench = await startAgentBench({ user, notifier: { notify: (note) => notes.push(note) } });
  return { running: bench, notes };
}

const strategicLead = 'Axel Roth of Vulkan Steel has the wrong owner';
const ofAnotherOwner = 'ugo.prieto@naranjal.example should go to Dario Conti';

it('tells the person at the desk once of a case that is escalated to them, also where more is said about it', async () => {
  const { running, notes } = await startFor('carla.mendes@halden.example');
  const { slack } = running.sandbox;
  const { ts } = slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: strategicLead });
  await expect.poll(() => notes).toHaveLength(1);
  slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: 'It is from the fair', threadTs: ts });
  await running.settle();
  slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: strategicLead });
  await expect.poll(() => notes.length).toBeGreaterThan(1);
  const body = 'Axel Roth (Vulkan Steel AG): it belongs to a strategic account.';
  expect(notes).toEqual([
    { title: 'REV-1001 needs your decision', body, requestId: 'REV-1001' },
    { title: 'REV-1002 needs your decision', body, requestId: 'REV-1002' },
  ]);
});

it('says nothing of a case that somebody else decides', async () => {
  const { running, notes } = await startFor('carla.mendes@halden.example');
  const { slack } = running.sandbox;
  slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: ofAnotherOwner });
  await running.settle();
  slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text: strategicLead });
  await expect.poll(() => notes).not.toEqual([]);
  const approvers = (await requestsOf(running)).map(({ status, approver }) => `${status} ${approver}`);
  expect([approvers, notes.map(({ requestId }) => requestId)]).toEqual([
    ['Escalated paula.ruiz@halden.example', 'Escalated carla.mendes@halden.example'],
    ['REV-1002'],
  ]);
});
