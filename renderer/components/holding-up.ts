import type { SystemStatus } from '../../shared/contract/contract.ts';
import { connectedSystems } from '../../shared/model/connection.ts';
import type { Status } from '../../shared/model/request.ts';
import { setUpGuides } from '../../shared/set-up/catalogue.ts';

const notJudged: readonly Status[] = ['New', 'Triaging'];
const isChat = (system: string) => system === 'slack' || system === 'teams';
/** Leads are found and policy is read there; in a chat one is only answered. */
const neededToJudge = new Set<string>(connectedSystems.filter((system) => !isChat(system)));
const titles = new Map<string, string>(
  Object.values(setUpGuides).map(({ system, title }) => [system, title]),
);

/** Why a request is not judged yet, a sentence or more for each system that is paused or does not answer. */
export function holdingUp(status: Status, systems: SystemStatus['systems']): string[] {
  if (!notJudged.includes(status)) return [];
  return systems
    .filter(({ system, state }) => neededToJudge.has(system) && (state === 'paused' || state === 'trouble'))
    .map(({ system, detail }) => detail ?? `${titles.get(system) ?? system} cannot be asked.`);
}
