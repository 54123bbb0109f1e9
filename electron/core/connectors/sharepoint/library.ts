import { AppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import { type Graph, graphPath, hasStatus } from '../microsoft-graph.ts';
import { Library, Site } from './map.ts';

/** Where the policy lies: a library and the site that it belongs to, by Graph's ids and as people see them. */
export interface Place {
  siteId: string;
  listId: string;
  siteName: string;
  siteUrl: string;
  libraryName: string;
  libraryUrl: string | null;
}

export interface NamedPlace {
  siteUrl: string;
  library: string;
}

const libraryTemplates = ['documentLibrary', 'webPageLibrary'];
const suggestedSites = 5;

/**
 * Finds the library that the admin named. Throws `vendor_refused` where there is no such site or library, with the
 * names of those that there are.
 */
export async function findLibrary(graph: Graph, named: NamedPlace, call: CallOptions): Promise<Place> {
  return findLibraryOf(graph, await findSite(graph, named.siteUrl, call), named, call);
}

export async function findSite(graph: Graph, siteUrl: string, call: CallOptions): Promise<Site> {
  const { hostname, pathname } = new URL(siteUrl);
  const path = pathname.replace(/\/+$/, '');
  const place = path === '' ? `/sites/${hostname}` : `/sites/${hostname}:${path}`;
  try {
    return await graph.get(Site, place, { ...call, query: { $select: 'id,displayName,webUrl' } });
  } catch (thrown) {
    if (hasStatus(thrown, 404)) throw noSite(siteUrl, await sitesLike(graph, path, call), thrown);
    throw thrown;
  }
}

export async function findLibraryOf(
  graph: Graph,
  { id: siteId, displayName, webUrl }: Site,
  named: NamedPlace,
  call: CallOptions,
): Promise<Place> {
  const libraries = await listLibraries(graph, siteId, call);
  const wanted = named.library.trim().toLowerCase();
  const found = libraries.find((library) => namesOf(library).includes(wanted));
  if (!found) throw noLibrary(named, libraries);
  return {
    siteId,
    listId: found.id,
    siteName: displayName ?? named.siteUrl,
    siteUrl: webUrl ?? named.siteUrl,
    libraryName: found.displayName ?? named.library,
    libraryUrl: found.webUrl ?? null,
  };
}

/** Sites whose name is like the last part of the address that was entered; none where the app may not look for them. */
async function sitesLike(graph: Graph, path: string, call: CallOptions): Promise<string[]> {
  const name = decodeURIComponent(path.split('/').at(-1) ?? '');
  const search = name === '' ? '*' : name;
  const addresses: string[] = [];
  try {
    for await (const { items } of graph.pages(Site, '/sites', { ...call, query: { $search: search } })) {
      addresses.push(...items.flatMap(({ webUrl }) => webUrl ?? []));
      if (addresses.length >= suggestedSites) break;
    }
  } catch (thrown) {
    // With Sites.Selected an app sees its own sites only: the site is missing all the same.
    if (thrown instanceof AppError && thrown.code === 'vendor_refused') return [];
    throw thrown;
  }
  return addresses.slice(0, suggestedSites);
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

function noSite(siteUrl: string, alike: readonly string[], cause: unknown): AppError {
  const hint =
    alike.length === 0
      ? "Copy its address from the browser, without the page's name."
      : `These are alike: ${alike.join(', ')}.`;
  return new AppError(
    'vendor_refused',
    `SharePoint has no site at ${siteUrl} that the app may see. ${hint}`,
    {
      cause,
      details: { vendor: 'SharePoint', siteUrl },
    },
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
