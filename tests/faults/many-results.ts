import type { VendorSystem } from '../../electron/core/sandbox/faults.ts';
import { AppError, toAppError } from '../../shared/model/errors.ts';
import { startVendorBench, type VendorBench } from './vendor-bench.ts';
import { connected } from './vendor-harness.ts';

/** So many results has each list. */
export const manyResults = 10_000;

/** How many results came, or why they are not taken. */
export type ManyCell = { count: number } | { words: string };

const numbers = Array.from({ length: manyResults }, (_, index) => index);
const keyed = (idOf: (index: number) => string, record: (index: number) => object) =>
  Object.fromEntries(numbers.map((index) => [idOf(index), record(index)]));

const patch = {
  salesforce: {
    users: keyed(
      (index) => `0051${String(index).padStart(11, '0')}AAA`,
      (index) => ({ Name: `User ${index}`, Email: `user${index}@halden.example`, IsActive: true }),
    ),
  },
  hubspot: {
    owners: keyed(
      (index) => String(50_000 + index),
      (index) => ({ email: `owner${index}@halden.example`, firstName: 'Owner', lastName: `${index}` }),
    ),
  },
  confluence: {
    pages: keyed(
      (index) => String(100_000 + index),
      (index) => ({ title: `Page ${index}`, version: 1, labels: ['lead-routing-policy'], body: '<p>…</p>' }),
    ),
  },
  sharepoint: {
    pages: keyed(
      (index) => `3b6e0000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      (index) => ({
        title: `File ${index}`,
        version: 1,
        site: 'RevOps',
        library: 'Policies',
        body: '<p>…</p>',
      }),
    ),
  },
};

/** Writes so many answers into a thread, then one of ours, and looks for it as a retry does: it is posted once. */
async function findInThread(
  { connectors }: VendorBench,
  system: 'slack' | 'teams',
  { channel, thread, write }: { channel: string; thread: string; write: (text: string) => unknown },
): Promise<number> {
  for (const index of numbers) write(`Answer ${index}`);
  const chat = connected(connectors.chats[system], system);
  const message = { to: { channel, thread }, text: 'It is done.', key: 'ours', mayBeThere: false };
  const posted = await chat.post(message);
  const again = await chat.post({ ...message, mayBeThere: true });
  return posted.message === again.message ? manyResults : 0;
}

function findInSlack(bench: VendorBench): Promise<number> {
  const { slack } = bench.sandbox;
  const place = { user: 'U-NINA', channel: 'C-LEADS' };
  const { ts } = slack.sendMessage({ ...place, text: 'A long thread' });
  const write = (text: string) => slack.sendMessage({ ...place, text, threadTs: ts });
  return findInThread(bench, 'slack', { channel: place.channel, thread: ts, write });
}

function findInTeams(bench: VendorBench): Promise<number> {
  const { teams } = bench.sandbox;
  const place = { user: 't-nina', channel: '19:leads@thread.tacv2' };
  const { id } = teams.sendMessage({ ...place, text: 'A long thread' });
  const write = (text: string) => teams.sendMessage({ ...place, text, thread: id });
  return findInThread(bench, 'teams', { channel: place.channel, thread: id, write });
}

async function policyPages(bench: VendorBench, system: 'confluence' | 'sharepoint'): Promise<number> {
  const source = connected(bench.connectors.knowledge[system], system);
  return (await source.findPolicyPages({ label: 'lead-routing-policy' })).length;
}

const lists: Readonly<Record<VendorSystem, (bench: VendorBench) => Promise<number>>> = {
  slack: findInSlack,
  teams: findInTeams,
  salesforce: async ({ connectors }) =>
    (await connected(connectors.crms.salesforce, 'salesforce').listOwners()).length,
  hubspot: async ({ connectors }) =>
    (await connected(connectors.crms.hubspot, 'hubspot').listOwners()).length,
  confluence: (bench) => policyPages(bench, 'confluence'),
  sharepoint: (bench) => policyPages(bench, 'sharepoint'),
};

export const startManyBench = (): Promise<VendorBench> =>
  startVendorBench({ patch, vendorTimeoutMs: 15_000 });

/** Reads a list of ten thousand. */
export async function manyCell(bench: VendorBench, system: VendorSystem): Promise<ManyCell> {
  try {
    return { count: await lists[system](bench) };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (!(thrown instanceof AppError)) throw thrown;
    return { words: error.message };
  }
}
