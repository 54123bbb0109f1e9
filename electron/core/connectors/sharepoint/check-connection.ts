import type { ConnectionCheck, WatchedPlace } from '../../../../shared/model/connection.ts';
import type { PolicyPage } from '../../../../shared/model/policy.ts';
import { lacking, skipped, type Trial, type Tried, tryFor, tryOut } from '../connection-trial.ts';
import type { CallOptions } from '../connector.ts';
import type { Graph } from '../microsoft-graph.ts';
import { entraPage } from '../microsoft-refusals.ts';
import type { TokenSource } from '../microsoft-sign-in.ts';
import { findLibraryOf, findSite, type NamedPlace, type Place } from './library.ts';
import type { PolicyFile } from './map.ts';
import { searchSite } from './search.ts';

export interface CheckParts extends NamedPlace {
  clientId: string;
  token: TokenSource;
  graph: Graph;
  listFiles(place: Place, call: CallOptions): Promise<PolicyFile[]>;
  readFiles(place: Place, files: readonly PolicyFile[], call: CallOptions): Promise<PolicyReading>;
}

/** What was had of a library, and the names of what was not. */
export interface PolicyReading {
  pages: PolicyPage[];
  /** Listed, and not for the app to read. */
  restricted: string[];
  /** Listed, and gone. */
  missing: string[];
}

const vendor = 'SharePoint';
/** What a page that governs the operation is likely to say. */
const policyWords = 'lead routing';

/** Tries what the connector lives on, from the sign-in to the last document, each step with what the one before found. */
export async function* checkConnection(
  parts: CheckParts,
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const trials = trialsOf(parts);
  yield await tryOut(trials.signIn, async () => {
    await parts.token({ isRefused: true, signal: call.signal });
    return 'Microsoft accepts the app.';
  });
  const site = await tryFor(trials.site, async () => {
    const found = await findSite(parts.graph, parts.siteUrl, call);
    return { found, detail: found.displayName ?? null };
  });
  yield site.check;
  const place = await tryAfter(site, trials.library, async (siteFound) => {
    const found = await findLibraryOf(parts.graph, siteFound, parts, call);
    return { found, detail: found.libraryName };
  });
  yield place.check;
  const listed = await tryAfter(place, trials.documents, async (placeFound) => {
    const files = await parts.listFiles(placeFound, call);
    if (files.length === 0) throw lacking(vendor, 'The library holds nothing that can be read as policy.');
    const detail = files.length === 1 ? 'One document.' : `${files.length} documents.`;
    return { found: { place: placeFound, files }, detail };
  });
  yield listed.check;
  const read = await tryAfter(listed, trials.read, async (found) => ({
    found,
    detail: await readAll(parts, found, call),
  }));
  yield read.check;
  const searched = await tryAfter(place, trials.search, async (found) => ({
    found,
    detail: await searchElsewhere(parts, found, call),
  }));
  yield searched.check;
}

/** The site, the library and what is read in it, each with its address. */
export function watchedIn(place: Place, files: readonly PolicyFile[]): WatchedPlace[] {
  const { siteId, siteName, siteUrl, listId, libraryName, libraryUrl } = place;
  return [
    { kind: 'site', id: siteId, name: siteName, url: siteUrl },
    { kind: 'space', id: listId, name: libraryName, url: libraryUrl },
    ...files.map(
      ({ id, kind, title, url }): WatchedPlace => ({
        kind: kind === 'page' ? 'page' : 'file',
        id,
        name: title,
        url,
      }),
    ),
  ];
}

async function tryAfter<Before, Found>(
  before: Tried<Before>,
  trial: Trial,
  attempt: (found: Before) => Promise<{ found: Found; detail: string | null }>,
): Promise<Tried<Found>> {
  const { found, check } = before;
  if (found === null) return { found: null, check: skipped(trial, `“${check.title}” has to succeed first.`) };
  return tryFor(trial, () => attempt(found));
}

/** Reads all of it, as a case does. */
async function readAll(
  { readFiles }: CheckParts,
  { place, files }: { place: Place; files: readonly PolicyFile[] },
  call: CallOptions,
): Promise<string> {
  const { pages, restricted, missing } = await readFiles(place, files, call);
  if (restricted.length > 0) throw lacking(vendor, `The app may not read ${restricted.join(', ')}.`);
  if (missing.length > 0) throw lacking(vendor, `These are listed, but not there: ${missing.join(', ')}.`);
  if (pages.length === 0) throw lacking(vendor, 'None of the documents was ever published.');
  return pages.map(({ title, version }) => `${title} (version ${version})`).join(', ');
}

/** Names what speaks of lead routing and lies elsewhere on the site, where it governs nothing. */
async function searchElsewhere(
  { graph }: CheckParts,
  { siteUrl, libraryUrl }: Place,
  call: CallOptions,
): Promise<string> {
  const found = await searchSite(graph, { words: policyWords, siteUrl }, call);
  const elsewhere = found.filter(({ url }) => libraryUrl === null || !isBelow(url, libraryUrl));
  if (elsewhere.length === 0) return 'Nothing else on the site speaks of lead routing.';
  const names = elsewhere.map(({ name }) => name).join(', ');
  return `These speak of lead routing too, and are not read, because they lie outside the library: ${names}.`;
}

const isBelow = (url: string, folder: string): boolean =>
  decodeURI(url)
    .toLowerCase()
    .startsWith(`${decodeURI(folder).toLowerCase()}/`);

function trialsOf({ clientId, siteUrl, library }: CheckParts) {
  const permissions = {
    text: 'In Entra, add the application permission Sites.Read.All of Microsoft Graph, and grant admin consent.',
    url: entraPage(clientId, 'API permissions'),
  };
  return {
    signIn: {
      id: 'app-sign-in',
      title: 'Sign in as the app',
      remedy: {
        text: 'Compare directory id, client id and client secret with the app in Entra.',
        url: entraPage(clientId, 'Certificates & secrets'),
      },
    },
    site: {
      id: 'find-site',
      title: 'Find the site',
      remedy: { ...permissions, text: `Check the address of the site. ${permissions.text}` },
    },
    library: {
      id: 'find-library',
      title: `Find the library “${library}”`,
      remedy: { text: 'Enter one of the names that the site has.', url: siteUrl },
    },
    documents: {
      id: 'list-documents',
      title: 'List its documents',
      remedy: {
        text: 'Put the policy into this library (site pages, .docx, .html, .md or .txt), or choose another one.',
        url: siteUrl,
      },
    },
    read: {
      id: 'read-documents',
      title: 'Read its documents',
      remedy: {
        text: 'Give the app the right to read all of the library, and publish what is meant to hold.',
        url: siteUrl,
      },
    },
    search: {
      id: 'search-site',
      title: 'Search the rest of the site',
      remedy: {
        ...permissions,
        text: `Only this check searches; reading the policy does not need it. ${permissions.text}`,
      },
    },
  } satisfies Record<string, Trial>;
}
