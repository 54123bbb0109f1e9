import { afterEach, expect, it } from 'vitest';
import { createChanges } from '../../electron/core/changes.ts';
import { startEscalationNotices } from '../../electron/core/escalation-notices.ts';
import type { Notifier } from '../../electron/core/ports.ts';
import { findPerson } from '../../electron/core/store/people.ts';
import { listEscalations } from '../../electron/core/store/requests.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';
import { type AgentBench, requestsOf, startAgentBench } from './agent-bench.ts';

let bench: AgentBench | undefined;
let stopNotices: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stopNotices?.();
  stopNotices = undefined;
  await bench?.stop();
  bench = undefined;
});

type Note = Parameters<Notifier['notify']>[0];

/** A program at whose desk somebody sits, and what they were told outside the window. */
async function startFor(email: string) {
  const notes: Note[] = [];
  const running = await startAgentBench({});
  bench = running;
  const { db } = running;
  const person = await findPerson(db.kysely, email);
  if (!person) throw new Error(`${email} is not in the world`);
  const changes = createChanges();
  await db.listen('switchyard_changes', (requestId) => {
    if (requestId !== null) changes.noteRequest(requestId);
  });
  const notices = await startEscalationNotices({
    listEscalations: (requestIds) => listEscalations(db.kysely, requestIds),
    changes,
    desk: { person: async () => person },
    notifier: { notify: (note) => notes.push(note) },
    log: silentLog,
  });
  stopNotices = () => notices.stop();
  return { running, notes };
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
