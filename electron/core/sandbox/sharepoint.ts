import { randomUUID } from 'node:crypto';
import type { CanvasLayout, SitePage } from '@microsoft/microsoft-graph-types';
import { AppError } from '../../../shared/model/errors.ts';
import { createGraphStandIn, type GraphRoute, graphError, pageOf, type RoutedCall } from './graph/router.ts';
import { createSignIn, type SignIn } from './graph/sign-in.ts';
import {
  fileOf,
  libraryOf,
  type SharepointLibrary,
  type SharepointSite,
  sitesOf,
  siteUrlOf,
} from './sharepoint/libraries.ts';
import type { StandIn, StandInContext, StandInReply, StandInRequest } from './stand-in.ts';
import type { WorldPage } from './world.ts';

/** What the scenario runner and the sandbox panel do in the stand-in. */
export interface SharepointStandIn extends StandIn {
  readonly signIn: SignIn;
  /** Adds a page or replaces the one with this id. Give a changed page a higher version, as SharePoint would. */
  setPage(page: WorldPage): void;
  /** Throws `not_found` for an unknown id. */
  removePage(id: string): void;
}

const downloadPath = /^\/download\/([^/]+)$/;

/** SharePoint's sites, libraries, files and site pages as Graph shows them. A restricted page is listed and answers 403. */
export function createSharepointStandIn(context: StandInContext): SharepointStandIn {
  const { world, clock, credentials, baseUrl, changed } = context;
  const startedAt = clock.now().toISOString();
  const pages = new Map<string, WorldPage>(world.sharepoint.pages.map((page) => [page.id, page]));
  /** Where pages are or were: a library stays when it is empty. */
  const places: Pick<WorldPage, 'site' | 'library'>[] = [...world.sharepoint.pages];
  /** What an address to fetch a file from is signed with, to the page's id. */
  const downloads = new Map<string, string>();
  const signIn = createSignIn(credentials.microsoft, baseUrl);

  const siteOf = (call: RoutedCall): SharepointSite | undefined =>
    sitesOf(places).find(({ id }) => id === call.part('site'));

  function itemOf(page: WorldPage, { id: listId, driveId, webUrl }: SharepointLibrary): object {
    const { name, content } = fileOf(page);
    const times = { createdDateTime: startedAt, lastModifiedDateTime: startedAt };
    const eTag = `"${page.id},${page.version}"`;
    const fileUrl = `${webUrl}/${encodeURIComponent(name)}`;
    return {
      '@odata.etag': eTag,
      ...times,
      eTag,
      id: String([...pages.keys()].indexOf(page.id) + 1),
      webUrl: fileUrl,
      sharepointIds: { listId, listItemUniqueId: page.id },
      fields: { Title: page.title, FileLeafRef: name, _UIVersionString: `${page.version}.0` },
      driveItem: {
        ...times,
        eTag,
        id: page.id,
        name,
        size: content?.length ?? 0,
        webUrl: fileUrl,
        parentReference: { driveType: 'documentLibrary', driveId, path: `/drives/${driveId}/root:` },
        file: { mimeType: 'application/octet-stream' },
      },
    };
  }

  function listItems(call: RoutedCall): StandInReply {
    const library = siteOf(call)?.libraries.find(({ id }) => id === call.part('list'));
    if (library === undefined) return notFound;
    const asked = `${call.query.get('$select') ?? ''},${call.query.get('$expand') ?? ''}`.split(',');
    const items = [...pages.values()]
      .filter((page) => library.webUrl.startsWith(`${siteUrlOf(page)}/`) && libraryOf(page) === library.name)
      .map((page) => onlyAsked(itemOf(page, library), asked));
    return { status: 200, body: pageOf(items, call, { usualTop: 200, maximumTop: 5_000 }) };
  }

  function listLists(call: RoutedCall): StandInReply {
    const site = siteOf(call);
    if (site === undefined) return notFound;
    const seesSystem = (call.query.get('$select') ?? '').split(',').includes('system');
    const lists = site.libraries
      .filter(({ isSitePages }) => seesSystem || !isSitePages)
      .map(({ id, name, webUrl, isSitePages }) => ({
        id,
        name: webUrl.split('/').at(-1),
        displayName: name,
        webUrl,
        list: {
          template: isSitePages ? 'webPageLibrary' : 'documentLibrary',
          hidden: false,
          contentTypesEnabled: isSitePages,
        },
        ...(isSitePages ? { system: {} } : {}),
      }));
    const tasks = { id: 'list-tasks', displayName: 'Tasks', list: { template: 'genericList' } };
    return { status: 200, body: pageOf([...lists, tasks], call, { usualTop: 200, maximumTop: 5_000 }) };
  }

  function readSite(call: RoutedCall): StandInReply {
    const site = sitesOf(places).find(
      ({ id, name }) => id === call.part('site') || name === call.part('name'),
    );
    if (site === undefined) return notFound;
    const { id, name, webUrl } = site;
    return { status: 200, body: { id, name, displayName: name, webUrl, createdDateTime: startedAt } };
  }

  function readSitePage(call: RoutedCall): StandInReply {
    const page = pages.get(call.part('page'));
    if (siteOf(call) === undefined || page === undefined || fileOf(page).content !== null) return notFound;
    if (page.restricted) return accessDenied;
    const isExpanded = call.query.get('$expand') === 'canvasLayout';
    const body = {
      id: page.id,
      name: fileOf(page).name,
      title: page.title,
      pageLayout: 'article',
      publishingState: { level: 'published', versionId: `${page.version}.0` },
      ...(isExpanded ? { canvasLayout: canvasOf(page.body) } : {}),
    } satisfies SitePage;
    return { status: 200, body };
  }

  function fetchContent(call: RoutedCall): StandInReply {
    const page = pages.get(call.part('item'));
    const library = sitesOf(places)
      .flatMap(({ libraries }) => libraries)
      .find(({ driveId }) => driveId === call.part('drive'));
    if (library === undefined || page === undefined || libraryOf(page) !== library.name) return notFound;
    if (page.restricted) return accessDenied;
    const signature = randomUUID();
    downloads.set(signature, page.id);
    return { status: 302, headers: { location: `${baseUrl()}/download/${signature}` } };
  }

  /** The address is signed for one short use; a token that comes along is not ours to take. */
  function download({ method, url, headers }: StandInRequest): StandInReply | null {
    const signature = downloadPath.exec(url.pathname)?.[1];
    if (method !== 'GET' || signature === undefined) return null;
    if (headers.authorization !== undefined) return { status: 401, body: 'Unauthorized' };
    const page = pages.get(downloads.get(signature) ?? '');
    downloads.delete(signature);
    const content = page && fileOf(page).content;
    if (!content) return { status: 404, body: 'Not Found' };
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content };
  }

  const routes: GraphRoute[] = [
    { method: 'GET', path: '/sites/{host}:/sites/{name}', handle: readSite },
    { method: 'GET', path: '/sites/{site}', handle: readSite },
    { method: 'GET', path: '/sites/{site}/lists', handle: listLists },
    { method: 'GET', path: '/sites/{site}/lists/{list}/items', handle: listItems },
    { method: 'GET', path: '/sites/{site}/pages/{page}/microsoft.graph.sitePage', handle: readSitePage },
    { method: 'GET', path: '/drives/{drive}/items/{item}/content', handle: fetchContent },
  ];

  return {
    ...createGraphStandIn({ signIn, routes, handleOpenly: download }),
    signIn,
    setPage(page) {
      pages.set(page.id, page);
      places.push(page);
      changed();
    },
    removePage(id) {
      if (!pages.delete(id)) throw new AppError('not_found', `SharePoint has no page ${id}.`);
      changed();
    },
  };
}

const notFound = graphError(404, 'itemNotFound', 'The resource could not be found.');
const accessDenied = graphError(403, 'accessDenied', 'Access denied');

/** Relations and SharePoint's own ids come only where they are asked for. */
function onlyAsked(item: object, asked: readonly string[]): object {
  const onRequest = ['sharepointIds', 'fields', 'driveItem'].filter((name) => !asked.includes(name));
  return Object.fromEntries(Object.entries(item).filter(([name]) => !onRequest.includes(name)));
}

/** A page of one column, its words in a text web part. */
function canvasOf(html: string): CanvasLayout {
  const text = { '@odata.type': '#microsoft.graph.textWebPart', id: 'text-1', innerHtml: html };
  return {
    horizontalSections: [
      { id: '1', layout: 'oneColumn', emphasis: 'none', columns: [{ id: '1', width: 12, webparts: [text] }] },
    ],
  };
}
