import { AppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import { type Graph, graphPath, hasStatus } from '../microsoft-graph.ts';
import { Library, Site } from './map.ts';

/** Where the policy lies: a library and the site that it belongs to, by Graph's ids. */
export interface Place {
  siteId: string;
  listId: string;
}

export interface NamedPlace {
  siteUrl: string;
  library: string;
}

const libraryTemplates = ['documentLibrary', 'webPageLibrary'];

/** Finds the library that the admin named. Throws `vendor_refused` where there is no such site or library. */
export async function findLibrary(graph: Graph, named: NamedPlace, call: CallOptions): Promise<Place> {
  const siteId = await findSite(graph, named.siteUrl, call);
  const libraries = await listLibraries(graph, siteId, call);
  const wanted = named.library.trim().toLowerCase();
  const found = libraries.find((library) => namesOf(library).includes(wanted));
  if (!found) throw noLibrary(named, libraries);
  return { siteId, listId: found.id };
}

async function findSite(graph: Graph, siteUrl: string, call: CallOptions): Promise<string> {
  const { hostname, pathname } = new URL(siteUrl);
  const path = pathname.replace(/\/+$/, '');
  try {
    const { id } = await graph.get(Site, path === '' ? `/sites/${hostname}` : `/sites/${hostname}:${path}`, {
      ...call,
      query: { $select: 'id' },
    });
    return id;
  } catch (thrown) {
    if (hasStatus(thrown, 404)) throw noSite(siteUrl, thrown);
    throw thrown;
  }
}

async function listLibraries(graph: Graph, siteId: string, call: CallOptions): Promise<Library[]> {
  // The site's own pages are a system list, which Graph leaves out unless `system` is asked for.
  const query = { $select: 'id,name,displayName,webUrl,list,system' };
  const libraries: Library[] = [];
  for await (const { items } of graph.pages(Library, graphPath`/sites/${siteId}/lists`, { ...call, query })) {
    libraries.push(...items.filter(({ list }) => libraryTemplates.includes(list?.template ?? '')));
  }
  return libraries;
}

/** What people may call a library: its title, or the last part of its address, which is never translated. */
function namesOf({ displayName, name, webUrl }: Library): string[] {
  const lastPart = decodeURIComponent(webUrl?.split('/').at(-1) ?? '');
  return [displayName, name, lastPart].map((text) => text?.toLowerCase() ?? '').filter((text) => text !== '');
}

function noSite(siteUrl: string, cause: unknown): AppError {
  return new AppError(
    'vendor_refused',
    `SharePoint has no site at ${siteUrl}. Copy its address from the browser, without the page's name.`,
    { cause, details: { vendor: 'SharePoint', siteUrl } },
  );
}

function noLibrary({ siteUrl, library }: NamedPlace, libraries: readonly Library[]): AppError {
  const names = libraries.map(({ displayName, name }) => displayName ?? name).filter(Boolean);
  return new AppError(
    'vendor_refused',
    `The site ${siteUrl} has no library "${library}". It has ${names.length === 0 ? 'none that we may see' : names.join(', ')}.`,
    { details: { vendor: 'SharePoint', siteUrl, library } },
  );
}
