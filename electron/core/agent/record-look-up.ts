import type { RecordMatch } from '../../../shared/contract/contract.ts';
import { toAppError } from '../../../shared/model/errors.ts';
import { type CrmRecord, type CrmSystem, crmSystems } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { CrmConnector } from '../connectors/connector.ts';
import type { Clock } from '../ports.ts';
import type { LanguageReader, References } from './language/reader.ts';
import { contextBudget } from './reads-under-way.ts';

export interface RecordLookUp {
  /** Leads and contacts that the words fit, and the CRMs that did not answer; tried once, for somebody who types. */
  search(text: string, signal: AbortSignal): Promise<{ matches: RecordMatch[]; unreachable: CrmSystem[] }>;
  /** Active people who can own leads in at least one CRM. */
  owners(signal: AbortSignal): Promise<{ email: string; name: string }[]>;
}

export interface RecordLookUpOptions {
  crms: Partial<Record<CrmSystem, CrmConnector>>;
  reader: LanguageReader;
  listPeople: () => Promise<Person[]>;
  clock: Clock;
  /** How long one CRM is waited for, in milliseconds; as for the context of a case if left out. */
  patienceMs?: number;
}

const maximumMatches = 12;
/** The owners of a CRM change rarely; a form that opens again need not wait for them. */
const ownersKeptMs = 60_000;

const matchOf = (record: CrmRecord): RecordMatch => ({
  system: record.system,
  id: record.id,
  name: record.name,
  company: record.company,
  email: record.email,
  owner: record.owner?.name ?? record.owner?.email ?? null,
  url: record.url,
});

async function searchIn(
  crm: CrmConnector,
  references: References,
  signal: AbortSignal,
): Promise<CrmRecord[]> {
  const { records, emails, names } = references;
  const ids = records.filter(({ system }) => system === crm.system);
  const strong = await Promise.all([
    ...ids.map(async ({ id }) => [await crm.getRecord(id, { signal })]),
    ...emails.map((email) => crm.findByEmail(email, { signal })),
  ]);
  const found = strong.flat().filter((record) => record !== null);
  if (found.length > 0) return found;
  for (const name of names.slice(0, 3)) {
    const named = await crm.findByName(name, { signal });
    if (named.length > 0) return named;
  }
  return [];
}

export function createRecordLookUp({
  crms,
  reader,
  listPeople,
  clock,
  patienceMs = contextBudget.systemMs,
}: RecordLookUpOptions): RecordLookUp {
  /** A CRM that is slow counts as one that did not answer, and keeps nobody from what the other has found. */
  const patient = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  let kept: { at: number; owners: { email: string; name: string }[] } | null = null;

  return {
    async search(text, signal) {
      if (text.trim() === '') return { matches: [], unreachable: [] };
      const reading = await reader.read({
        messages: [],
        targetRecord: text,
        requester: null,
        knownNames: [],
      });
      const [references] = reading.references;
      if (!references) return { matches: [], unreachable: [] };
      const matches: RecordMatch[] = [];
      const unreachable: CrmSystem[] = [];
      await Promise.all(
        crmSystems.map(async (system) => {
          const crm = crms[system];
          if (!crm) return;
          try {
            matches.push(...(await searchIn(crm, references, patient(signal))).map(matchOf));
          } catch (thrown) {
            const { code } = toAppError(thrown);
            if (code === 'internal') throw thrown;
            unreachable.push(system);
          }
        }),
      );
      const isOrdered = (first: RecordMatch, second: RecordMatch) =>
        (first.name ?? '').localeCompare(second.name ?? '') || second.system.localeCompare(first.system);
      return { matches: matches.toSorted(isOrdered).slice(0, maximumMatches), unreachable };
    },
    async owners(signal) {
      const now = clock.now().getTime();
      if (kept && now - kept.at < ownersKeptMs && now >= kept.at) return kept.owners;
      const [people, ...lists] = await Promise.all([
        listPeople(),
        ...Object.values(crms).map((crm) => crm.listOwners({ signal: patient(signal) }).catch(() => [])),
      ]);
      const gone = new Set(people.filter(({ active }) => !active).map(({ email }) => email));
      const names = new Map(people.map(({ email, name }) => [email, name]));
      const owners = new Map<string, string>();
      for (const owner of lists.flat()) {
        const email = owner.email?.toLowerCase();
        if (email === undefined || owner.kind !== 'user' || !owner.isActive || gone.has(email)) continue;
        owners.set(email, names.get(email) ?? owner.name ?? email);
      }
      const list = [...owners].map(([email, name]) => ({ email, name }));
      kept = { at: now, owners: list.toSorted((a, b) => a.name.localeCompare(b.name)) };
      return kept.owners;
    },
  };
}
