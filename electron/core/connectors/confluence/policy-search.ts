import { AppError } from '../../../../shared/model/errors.ts';
import type { PolicyPage } from '../../../../shared/model/policy.ts';
import type { Clock, Log } from '../../ports.ts';
import type { CallOptions, KnownPage } from '../connector.ts';
import type { Page } from './answers.ts';
import type { ConfluenceApi, FoundItem } from './api.ts';
import { attachmentsOf, pagesWithLabel } from './cql.ts';
import { labelsOf, toPolicyPage } from './map.ts';

export interface PolicySearchParts {
  api: ConfluenceApi;
  spaces: readonly string[];
  clock: Pick<Clock, 'now'>;
  log: Log;
}

/** The pages with a label, sorted by what can be had of them. */
export interface FoundPolicy {
  pages: PolicyPage[];
  /** Pages that Confluence lists, or that were known, and that it does not show: restricted, or deleted for good. */
  hidden: KnownPage[];
  /** Pages that it still lists although they are archived, in the bin or deleted. */
  removed: KnownPage[];
}

export interface PolicySearch {
  /**
   * Every page that carries the label, the `known` ones that the search does not list among them. Throws where one
   * cannot be read for another reason than those told above.
   */
  find(query: { label: string; known: readonly KnownPage[] }, call: CallOptions): Promise<FoundPolicy>;
  /** What the search lists, without reading it. */
  list(label: string, call: CallOptions): Promise<FoundItem[]>;
}

/** More is no policy, but a label that was given to too much: all of it would be read for every case. */
const maximumPages = 500;
const maximumAttachments = 2_000;
const readsAtOnce = 8;

/**
 * Confluence's search leaves out what the account may not view, without a word, and its index lags behind: so pages that
 * are known are looked for by id too, and no restriction makes the policy laxer unnoticed.
 */
export function createPolicySearch({ api, spaces, clock, log }: PolicySearchParts): PolicySearch {
  const list = (label: string, call: CallOptions) =>
    api.search({ cql: pagesWithLabel(label, spaces), expand: 'version', atMost: maximumPages }, call);

  async function readAll(pages: readonly KnownPage[], call: CallOptions): Promise<ReadPage[]> {
    const read: ReadPage[] = [];
    for (let start = 0; start < pages.length; start += readsAtOnce) {
      const batch = pages.slice(start, start + readsAtOnce);
      read.push(...(await Promise.all(batch.map((page) => readOne(api, page, call)))));
    }
    return read;
  }

  async function namesOfAttachments(
    pages: readonly KnownPage[],
    call: CallOptions,
  ): Promise<Map<string, string[]> | undefined> {
    try {
      return await readAttachments(api, pages, call);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code === 'cancelled') throw thrown;
      // Their names are for people: the policy stands without them.
      log.warn(
        { code: thrown.code, problem: thrown.message },
        'The files on the policy pages cannot be named',
      );
      return undefined;
    }
  }

  /** A page that is read governs if it is listed, or if it would be but for the index. */
  function isGoverning({ page, state }: ReadPage, listed: ReadonlySet<string>, label: string): boolean {
    if (state !== 'read' || page === null) return false;
    return listed.has(page.id) || (labelsOf(page).includes(label) && isIn(spaces, page));
  }

  return {
    list,

    async find({ label, known }, call) {
      const listed = (await list(label, call)).map(({ id, title }) => ({ id, title: title ?? `page ${id}` }));
      const listedIds = new Set(listed.map(({ id }) => id));
      const wanted = [...listed, ...known.filter(({ id }) => !listedIds.has(id))];
      const [read, attachments] = await Promise.all([
        readAll(wanted, call),
        namesOfAttachments(listed, call),
      ]);
      const removed = await findRemoved(api, read, call);
      const fetchedAt = clock.now();
      const governing = read.filter((one) => isGoverning(one, listedIds, label));
      const hidden = read.filter(({ id, state }) => state !== 'read' && !removed.has(id));
      return {
        pages: governing.flatMap(({ id, page }) =>
          page === null
            ? []
            : [toPolicyPage(page, { fetchedAt, attachments: attachments && (attachments.get(id) ?? []) })],
        ),
        hidden: hidden.map(nameOf),
        removed: read.filter(({ id }) => removed.has(id) && listedIds.has(id)).map(nameOf),
      };
    },
  };
}

interface ReadPage extends KnownPage {
  state: 'read' | 'archived' | 'refused' | 'not found';
  page: Page | null;
}

const nameOf = ({ id, title }: KnownPage): KnownPage => ({ id, title });

async function readOne(api: ConfluenceApi, { id, title }: KnownPage, call: CallOptions): Promise<ReadPage> {
  try {
    const page = await api.readPage(id, call);
    const named = { id, title: page.title };
    return page.status === 'current'
      ? { ...named, state: 'read', page }
      : { ...named, state: 'archived', page: null };
  } catch (thrown) {
    if (hasStatus(thrown, 403)) return { id, title, state: 'refused', page: null };
    if (hasStatus(thrown, 404)) return { id, title, state: 'not found', page: null };
    throw thrown;
  }
}

/** The ids of those that are gone on purpose. A 404 alone does not tell: Confluence answers it for hidden pages too. */
async function findRemoved(
  api: ConfluenceApi,
  read: readonly ReadPage[],
  call: CallOptions,
): Promise<ReadonlySet<string>> {
  const notFound = read.filter(({ state }) => state === 'not found').map(({ id }) => id);
  const told = notFound.length === 0 ? [] : (await api.readRemoved(notFound, call)).keys();
  return new Set([...told, ...read.filter(({ state }) => state === 'archived').map(({ id }) => id)]);
}

async function readAttachments(
  api: ConfluenceApi,
  pages: readonly KnownPage[],
  call: CallOptions,
): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  if (pages.length === 0) return names;
  const cql = attachmentsOf(pages.map(({ id }) => id));
  for (const { title, container } of await api.search(
    { cql, expand: 'container', atMost: maximumAttachments },
    call,
  )) {
    if (container?.id === undefined || title === undefined) continue;
    names.set(container.id, [...(names.get(container.id) ?? []), title]);
  }
  return names;
}

/** The key of a page's space stands in its address; a page that tells none is not left out for it. */
function isIn(spaces: readonly string[], { _links }: Page): boolean {
  const key = /^\/spaces\/([^/]+)\//.exec(_links?.webui ?? '')?.[1];
  return spaces.length === 0 || key === undefined || spaces.includes(decodeURIComponent(key));
}

export function hasStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof AppError && thrown.details.status === status;
}
