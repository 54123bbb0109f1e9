import { AppError } from '../../../../shared/model/errors.ts';
import type { PolicyPage } from '../../../../shared/model/policy.ts';
import type { Clock, Log } from '../../ports.ts';
import type { CallOptions, ConnectorParts, KnowledgeConnector } from '../connector.ts';
import { createGraph, type GraphOptions, graphPath, hasStatus } from '../microsoft-graph.ts';
import { checkConnection, type PolicyReading, watchedIn } from './check-connection.ts';
import { findLibrary, type Place } from './library.ts';
import {
  LibraryItem,
  type PolicyFile,
  publishedVersion,
  SitePage,
  toPolicyFile,
  wasPublished,
} from './map.ts';
import { htmlFileToHtml, markdownToHtml, sitePageToHtml, textToHtml } from './page-body.ts';
import { wordToHtml } from './word-body.ts';

export interface SharepointOptions extends ConnectorParts {
  /** Graph's address, without a slash at the end and without the version. */
  baseUrl: string;
  token: GraphOptions['token'];
  /** Of the app's registration in Entra, to name its page there. */
  clientId: string;
  /** The site's address, `https://acme.sharepoint.com/sites/RevOps`. */
  siteUrl: string;
  /** The library's name as people see it, or as it stands in its address. */
  library: string;
  timeoutMs: number;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

const listPageSize = '200';
const readsAtOnce = 8;
const maximumFileBytes = 8 * 2 ** 20;
/** More is no policy, but a library that was chosen by mistake: it would be read for every case. */
const maximumFiles = 500;

/** Policy pages from one library of one SharePoint site: site pages, Word, HTML, Markdown and text files. */
export function createSharepointConnector(options: SharepointOptions): KnowledgeConnector {
  const { clock, log } = options;
  const graph = createGraph({ ...options, vendor: 'SharePoint' });
  let place: Place | null = null;

  async function placeOf(call: CallOptions): Promise<Place> {
    place ??= await findLibrary(graph, options, call);
    return place;
  }

  /** What the library holds, folders included in which it is sorted. */
  async function listFiles({ siteId, listId }: Place, call: CallOptions): Promise<PolicyFile[]> {
    const query = {
      $select: 'id,webUrl,sharepointIds',
      $expand: 'fields,driveItem',
      $top: listPageSize,
    };
    const files: PolicyFile[] = [];
    const path = graphPath`/sites/${siteId}/lists/${listId}/items`;
    for await (const { items } of graph.pages(LibraryItem, path, { ...call, query })) {
      files.push(...items.map(toPolicyFile).filter((file) => file !== null));
      if (files.length > maximumFiles) throw tooMany(options.library);
    }
    return files;
  }

  /** As above; a library that was deleted and made anew under its name is found again. */
  async function listPlace(call: CallOptions): Promise<{ place: Place; files: PolicyFile[] }> {
    const known = await placeOf(call);
    try {
      return { place: known, files: await listFiles(known, call) };
    } catch (thrown) {
      if (!hasStatus(thrown, 404)) throw thrown;
      place = null;
      const found = await placeOf(call);
      return { place: found, files: await listFiles(found, call) };
    }
  }

  async function readSitePage({ siteId }: Place, file: PolicyFile, call: CallOptions) {
    const path = graphPath`/sites/${siteId}/pages/${file.id}/microsoft.graph.sitePage`;
    const page = await graph.get(SitePage, path, { ...call, query: { $expand: 'canvasLayout' } });
    const version = publishedOf(file, page.publishingState.versionId);
    if (version === null) return null;
    return toPolicyPage({ ...file, title: page.title?.trim() || file.title }, version, sitePageToHtml(page));
  }

  async function readFile(file: PolicyFile, call: CallOptions) {
    const version = publishedOf(file, file.version);
    if (version === null) return null;
    if (file.sizeBytes > maximumFileBytes) throw tooLarge(file);
    const path = graphPath`/drives/${file.driveId}/items/${file.id}/content`;
    const bytes = await graph.download(path, { ...call, maximumBytes: maximumFileBytes });
    return toPolicyPage(file, version, await fileToHtml(file, bytes));
  }

  function toPolicyPage({ id, title, url }: PolicyFile, version: number, body: string): PolicyPage {
    const fetchedAt = clock.now().toISOString();
    return { source: 'sharepoint', id, version, title, body, url, labels: [], fetchedAt };
  }

  /** Null for what was never published: it governs nothing yet. */
  async function read(from: Place, file: PolicyFile, call: CallOptions): Promise<PolicyPage | null> {
    try {
      return await (file.kind === 'page' ? readSitePage(from, file, call) : readFile(file, call));
    } catch (thrown) {
      throw hasStatus(thrown, 423) ? locked(file, thrown) : thrown;
    }
  }

  /** As `read`, with a file that the app may not read, or that has gone since it was listed, told by that word. */
  async function readIfThere(
    from: Place,
    file: PolicyFile,
    call: CallOptions,
  ): Promise<PolicyPage | null | 'restricted' | 'missing'> {
    try {
      return await read(from, file, call);
    } catch (thrown) {
      if (hasStatus(thrown, 403)) return 'restricted';
      if (hasStatus(thrown, 404)) return 'missing';
      throw thrown;
    }
  }

  /** All that the library holds; any failure of a file but a missing right and a missing file fails the whole. */
  async function readFiles(
    from: Place,
    files: readonly PolicyFile[],
    call: CallOptions,
  ): Promise<PolicyReading> {
    const reading: PolicyReading = { pages: [], restricted: [], missing: [] };
    for (let start = 0; start < files.length; start += readsAtOnce) {
      const batch = files.slice(start, start + readsAtOnce);
      const found = await Promise.all(batch.map((file) => readIfThere(from, file, call)));
      for (const [index, page] of found.entries()) {
        if (page === 'restricted' || page === 'missing') reading[page].push(batch[index]?.name ?? '');
        else if (page !== null) reading.pages.push(page);
      }
    }
    return reading;
  }

  return {
    system: 'sharepoint',
    testConnection: (call = {}) => checkConnection({ ...options, graph, listFiles, readFiles }, call),
    async watched(call = {}) {
      const { place: from, files } = await listPlace(call);
      return watchedIn(from, files);
    },

    /**
     * Everything readable in the library: SharePoint has no labels, the library is the choice, so the label is not
     * looked at. Throws `vendor_refused` where none of what is there can be had, and where we are shown an unpublished
     * draft, or a file that is too large or protected. Files that the app may not read, or that have just gone, are
     * left out beside others, and logged. Any other failure of one file fails the whole: half a policy must not pass
     * for all of it.
     */
    async findPolicyPages(_query, call = {}) {
      const { place: from, files } = await listPlace(call);
      const { pages, restricted, missing } = await readFiles(from, files, call);
      const isIncomplete = restricted.length + missing.length > 0;
      if (isIncomplete && pages.length === 0) throw noneReadable(options.library, { restricted, missing });
      if (isIncomplete)
        log.warn({ restricted, missing }, 'SharePoint lists policy files that cannot be read');
      return pages;
    },

    async readPage(id, call = {}) {
      const { place: from, files } = await listPlace(call);
      const file = files.find((candidate) => candidate.id === id);
      if (!file) return null;
      try {
        return await read(from, file, call);
      } catch (thrown) {
        if (hasStatus(thrown, 404)) return null;
        throw thrown;
      }
    },
  };
}

async function fileToHtml({ kind, name }: PolicyFile, bytes: Buffer): Promise<string> {
  switch (kind) {
    case 'word':
      return wordToHtml(bytes, name);
    case 'markdown':
      return markdownToHtml(bytes, name);
    case 'html':
      return htmlFileToHtml(bytes);
    case 'page':
    case 'text':
      return textToHtml(bytes);
  }
}

/**
 * The number of the published version; null where there never was one. Throws where we are shown a draft instead of the
 * published version: to leave the page out would make the policy laxer, to take it would follow what nobody approved.
 */
function publishedOf({ name }: PolicyFile, version: string): number | null {
  const published = publishedVersion(version);
  if (published !== null || !wasPublished(version)) return published;
  throw new AppError(
    'vendor_refused',
    `SharePoint shows a draft of ${name} (version ${version}) in the place of what is published. Publish it or discard the draft, or give the app no more than the right to read.`,
    { details: { vendor: 'SharePoint', file: name, version } },
  );
}

function tooMany(library: string): AppError {
  return new AppError(
    'vendor_refused',
    `The SharePoint library "${library}" holds more than ${maximumFiles} documents. Choose one that holds the policy alone.`,
    { details: { vendor: 'SharePoint', library } },
  );
}

function tooLarge({ name, sizeBytes }: PolicyFile): AppError {
  const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
  return new AppError(
    'vendor_refused',
    `${name} has ${megabytes(sizeBytes)} MB, more than the ${megabytes(maximumFileBytes)} MB of a policy file that can be read. Take out pictures, or move it to another library.`,
    { details: { vendor: 'SharePoint', file: name, sizeBytes } },
  );
}

function locked({ name }: PolicyFile, cause: unknown): AppError {
  return new AppError(
    'vendor_busy',
    `${name} is locked in SharePoint. Close it where it is being edited, or check it in, if this goes on.`,
    { cause, details: { vendor: 'SharePoint', status: 423, file: name } },
  );
}

function noneReadable(
  library: string,
  { restricted, missing }: { restricted: readonly string[]; missing: readonly string[] },
): AppError {
  const problems = [
    restricted.length > 0 ? `The app may not read ${restricted.join(', ')}: give it the right to.` : '',
    missing.length > 0 ? `These are listed, but not there: ${missing.join(', ')}.` : '',
  ];
  return new AppError(
    'vendor_refused',
    `Nothing in the SharePoint library "${library}" can be read. ${problems.filter(Boolean).join(' ')}`,
    { details: { vendor: 'SharePoint', restricted: [...restricted], missing: [...missing] } },
  );
}
