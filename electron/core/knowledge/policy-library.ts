import type { Kysely } from 'kysely';
import type { AppError } from '../../../shared/model/errors.ts';
import { type PolicyDocument, type PolicyPage, policyLabel } from '../../../shared/model/policy.ts';
import type { KnowledgeConnector } from '../connectors/connector.ts';
import { type Tried, withRetries } from '../connectors/retry.ts';
import type { Clock, Log } from '../ports.ts';
import { keepPolicyPages, keptPolicyPages, knownPolicyPages } from '../store/policy-pages.ts';
import type { Database } from '../store/tables.ts';
import { readPolicyPage } from './read-page.ts';

/** `policy_max_age`: how old a kept copy may be where the pages themselves cannot be read. */
const policyMaximumAgeMs = 24 * 3600 * 1000;
/** A copy that says the same is written again only after this long. */
const keepEveryMs = 60_000;

export interface PolicyLibraryOptions {
  db: Kysely<Database>;
  /** As they are connected at the moment; read anew for every case. */
  sources: Readonly<Partial<Record<KnowledgeConnector['system'], KnowledgeConnector>>>;
  clock: Clock;
  log: Log;
}

/** One system's part of the policy. */
export interface PolicySource {
  readonly system: PolicyPage['source'];
  /** Its pages as they are now, or as the kept copies have them where they cannot be read; empty where there are none. */
  read(signal: AbortSignal): Promise<Tried<PolicyDocument[]>>;
}

/** The policy of every system that is connected at the moment it is asked for. */
export type PolicyLibrary = () => readonly PolicySource[];

/** Reads policy pages anew for every case, and keeps a copy of each for the time in which they cannot be read. */
export function createPolicyLibrary({ db, sources, clock, log }: PolicyLibraryOptions): PolicyLibrary {
  const keptUntil = new Map<string, { fingerprint: string; at: number }>();

  async function keep(source: PolicyPage['source'], pages: readonly PolicyPage[]): Promise<void> {
    const fingerprint = pages.map(({ id, version, title }) => `${id}@${version} ${title}`).join('\n');
    const now = clock.now().getTime();
    const last = keptUntil.get(source);
    if (last?.fingerprint === fingerprint && now - last.at < keepEveryMs && now >= last.at) return;
    await keepPolicyPages(db, source, pages);
    keptUntil.set(source, { fingerprint, at: now });
  }

  async function readSource(
    source: KnowledgeConnector,
    signal: AbortSignal,
  ): Promise<Tried<PolicyDocument[]>> {
    const since = new Date(clock.now().getTime() - policyMaximumAgeMs);
    const known = await knownPolicyPages(db, source.system, since);
    const tried = await withRetries(() => source.findPolicyPages({ label: policyLabel, known }, { signal }), {
      clock,
      signal,
    });
    if (tried.isOk) {
      const at = clock.now().toISOString();
      const pages = tried.value.map((page) => ({ ...page, fetchedAt: at }));
      await keep(source.system, pages);
      return { ...tried, value: pages.map((page) => readPolicyPage(page, null)) };
    }
    const kept = await keptPolicyPages(db, source.system, since);
    if (kept.length === 0) return tried;
    log.warn(
      { system: source.system, code: tried.error.code, problem: tried.error.message },
      'The policy pages cannot be read; the kept copies are used',
    );
    return {
      isOk: true,
      tries: tried.tries,
      value: kept.map((page) => readPolicyPage(page, page.fetchedAt)),
    };
  }

  return () =>
    Object.values(sources).map((source) => ({
      system: source.system,
      read: (signal) => readSource(source, signal),
    }));
}

/** The policy out of all its sources: a failure only where none of them gives a page. */
export function wholePolicy(
  readings: readonly Tried<PolicyDocument[]>[],
): { isOk: true; value: PolicyDocument[] } | { isOk: false; error: AppError } {
  const documents = readings.flatMap((reading) => (reading.isOk ? reading.value : []));
  const failed = readings.find((reading) => !reading.isOk);
  return failed && documents.length === 0 ? failed : { isOk: true, value: documents };
}
