import {
  type ConnectedSystem,
  type Connection,
  connectedSystems,
  type RateBudget,
} from '../../../shared/model/connection.ts';
import { type EnteredValues, isSecret, wantedFields } from '../../../shared/set-up/entered-values.ts';
import type { SetUpGuide } from '../../../shared/set-up/guide.ts';
import { countWords } from '../../components/words.ts';
import type { SyncTone } from '../sync/sync-words.ts';

export const stateWords: Record<Connection['state'], string> = {
  'not connected': 'Not connected',
  untried: 'Not tried yet',
  ok: 'Working',
  trouble: 'Trouble',
  paused: 'Paused',
};

export const stateTones: Record<Connection['state'], SyncTone | 'none'> = {
  'not connected': 'none',
  untried: 'busy',
  ok: 'good',
  trouble: 'trouble',
  paused: 'away',
};

/** `1,200 of 15,000 used in 24 hours`. */
export const budgetWords = ({ used, limit, window }: RateBudget): string =>
  `${countWords(used)} of ${countWords(limit)} used in ${window}`;

/** How much of an allowance is used, in per cent. */
export const budgetPercent = ({ used, limit }: RateBudget): number => Math.min(100, (used / limit) * 100);

/** From this share of an allowance on, somebody should look. */
export const tightPercent = 80;

type Purpose = 'chat' | 'crm' | 'knowledge';

const purposes: Record<ConnectedSystem, Purpose> = {
  slack: 'chat',
  teams: 'chat',
  salesforce: 'crm',
  hubspot: 'crm',
  confluence: 'knowledge',
  sharepoint: 'knowledge',
};

export const systemsFor = (purpose: Purpose): ConnectedSystem[] =>
  connectedSystems.filter((system) => purposes[system] === purpose);

const lostWithout: Record<Purpose, string> = {
  chat: 'Open requests from there stay in the queue and can be decided here. Nothing new is taken in from there, and nothing is said there any more: what was still to be said is shown in its request as not delivered.',
  crm: 'Open requests stay in the queue. Leads of this CRM are no longer found, and no owner is changed there. Where no other CRM is connected, cases wait for one.',
  knowledge:
    'Open requests stay in the queue. Where no other policy source is connected, nothing is corrected by itself any more: every case goes to a person.',
};

/** What happens to the work when a system is disconnected. */
export const disconnectWords = (system: ConnectedSystem): string => lostWithout[purposes[system]];

const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
const masked = "'••••••••'";

/** Lines that set what was entered in a shell or a service's file; secrets as dots where they are only to be shown. */
export function environmentLines(
  guide: SetUpGuide,
  values: EnteredValues,
  { areSecretsShown }: { areSecretsShown: boolean },
): string[] {
  return wantedFields(guide, values).flatMap((field) => {
    const value = values[field.variable]?.trim() ?? '';
    if (value === '') return field.isRequired ? [`${field.variable}=''`] : [];
    return [`${field.variable}=${isSecret(field) && !areSecretsShown ? masked : quoted(value)}`];
  });
}
