import { AppError } from '../../../../shared/model/errors.ts';
import { policyLabel } from '../../../../shared/model/policy.ts';
import type { Clock } from '../../ports.ts';
import type { KnowledgeConnector, KnownPage } from '../connector.ts';
import { type ConfluenceOptions as ApiOptions, createConfluenceApi } from './api.ts';
import { checkConnection } from './check-connection.ts';
import { toPolicyPage } from './map.ts';
import { createPolicySearch, hasStatus } from './policy-search.ts';

export interface ConfluenceOptions extends ApiOptions {
  clock: Pick<Clock, 'now'>;
}

export function createConfluenceConnector(options: ConfluenceOptions): KnowledgeConnector {
  const { baseUrl, spaces, clock, log } = options;
  const api = createConfluenceApi(options);
  const search = createPolicySearch({ api, spaces, clock, log });

  return {
    system: 'confluence',

    testConnection: (call = {}) => checkConnection({ api, search, spaces, baseUrl }, call),

    async watched(call = {}) {
      const pages = await search.list(policyLabel, call);
      return pages.map(({ id, title, version, url }) => ({
        kind: 'page',
        id,
        name: `${title ?? `Page ${id}`}${version === undefined ? '' : `, version ${version.number}`}`,
        url,
      }));
    },

    /**
     * Throws `vendor_refused` where Confluence holds back a page with the label, naming it, as any other failure of one
     * page fails the whole: half a policy must not pass for all of it. Pages that are archived or deleted govern
     * nothing; where the search still lists them, that is logged.
     */
    async findPolicyPages({ label, known = [] }, call = {}) {
      const { pages, hidden, removed } = await search.find({ label, known }, call);
      if (hidden.length > 0) throw heldBack(hidden);
      if (removed.length > 0) {
        log.warn({ pages: removed, label }, 'Confluence lists policy pages that are archived or deleted');
      }
      return pages;
    },

    async readPage(id, call = {}) {
      if (!/^\d+$/.test(id)) return null;
      try {
        const page = await api.readPage(id, call);
        return page.status === 'current' ? toPolicyPage(page, { fetchedAt: clock.now() }) : null;
      } catch (thrown) {
        if (hasStatus(thrown, 404)) return null;
        throw thrown;
      }
    },
  };
}

function heldBack(pages: readonly KnownPage[]): AppError {
  const names = pages.map(({ id, title }) => `"${title}" (${id})`).join(', ');
  const [they, them, were] = pages.length === 1 ? ['it', 'it', 'was'] : ['they', 'them', 'were'];
  return new AppError(
    'vendor_refused',
    `Confluence holds back ${names}: the account may not view ${them}, or ${they} ${were} deleted for good. Nothing is decided by half of a policy. Give the account the right to view ${them}; what was deleted for good is forgotten after a day.`,
    { details: { vendor: 'Confluence', pages: pages.map(({ id }) => id) } },
  );
}
