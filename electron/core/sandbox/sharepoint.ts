import type { CanvasLayout, SitePage } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import { createDownloads } from './graph/downloads.ts';
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
import type { StandIn, StandInContext, StandInReply } from './stand-in.ts';
import type { WorldPage } from './world.ts';

/** What the scenario runner and the sandbox panel do in the stand-in. */
export interface SharepointStandIn extends StandIn {
  readonly signIn: SignIn;
  /** Adds a page or replaces the one with this id. Give a changed page a higher version, as SharePoint would. */
  setPage(page: WorldPage): void;
  /** Throws `not_found` for an unknown id. */
  removePage(id: string): void;
}

/** SharePoint's sites, libraries, files and site pages as Graph shows them. A restricted page is listed and answers 403. */
export function createSharepointStandIn(context: StandInContext): SharepointStandIn {
  const { world, clock, credentials, baseUrl, changed } = context;
  const startedAt = clock.now().toISOString();
  const pages = new Map<string, WorldPage>(world.sharepoint.pages.map((page) => [page.id, page]));
  /** Where pages are or were: a library stays when it is empty. */
  const places: Pick<WorldPage, 'site' | 'library'>[] = [...world.sharepoint.pages];
  const downloads = createDownloads(baseUrl);
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
    return { status: 200, body: siteJson(site) };
  }

  function siteJson({ id, name, webUrl }: SharepointSite): object {
    return { id, name, displayName: name, webUrl, createdDateTime: startedAt };
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
    return downloads.redirectTo(() => fileOf(pages.get(page.id) ?? page).content);
  }

  function listSites(call: RoutedCall): StandInReply {
    const words = (call.query.get('$search') ?? '').replace(/^"|"$/g, '').toLowerCase();
    const found = sitesOf(places).filter(({ name }) => words === '*' || name.toLowerCase().includes(words));
    return { status: 200, body: pageOf(found.map(siteJson), call) };
  }

  /** Whole words, anywhere in title or text, of pages that are not restricted, below the path that is asked for. */
  function search({ body }: RoutedCall): StandInReply {
    const parsed = Search.safeParse(body);
    if (!parsed.success) return graphError(400, 'BadRequest', 'SearchRequest Invalid');
    const { query, region: asked, size } = parsed.data.requests[0];
    if (asked === undefined) {
      return graphError(
        400,
        'BadRequest',
        'SearchRequest Invalid (Region is required when request with application permission.)',
      );
    }
    if (asked !== region) {
      return graphError(
        400,
        'BadRequest',
        `Requested region ${asked} not found. Only valid regions are ${region}.`,
      );
    }
    const below = /path:"([^"]*)"/.exec(query.queryString)?.[1] ?? '';
    const words = query.queryString
      .replace(/path:"[^"]*"/, '')
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean);
    const found = [...pages.values()].filter((page) => {
      const text = `${page.title} ${page.format === 'docx' ? '' : page.body}`.toLowerCase();
      return !page.restricted && urlOf(page).startsWith(below) && words.every((word) => text.includes(word));
    });
    const hits = found.slice(0, size).map((page, index) => ({
      hitId: page.id,
      rank: index + 1,
      summary: page.title,
      resource: {
        '@odata.type': '#microsoft.graph.listItem',
        id: page.id,
        name: fileOf(page).name,
        webUrl: urlOf(page),
      },
    }));
    const hitsContainers = [{ hits, total: found.length, moreResultsAvailable: found.length > hits.length }];
    return { status: 200, body: { value: [{ searchTerms: words, hitsContainers }] } };
  }

  const needs = { app: 'Sites.Read.All' };
  const routes = [
    { method: 'GET', path: '/sites', needs, handle: listSites },
    { method: 'GET', path: '/sites/{host}:/sites/{name}', needs, handle: readSite },
    { method: 'GET', path: '/sites/{site}', needs, handle: readSite },
    { method: 'GET', path: '/sites/{site}/lists', needs, handle: listLists },
    { method: 'GET', path: '/sites/{site}/lists/{list}/items', needs, handle: listItems },
    {
      method: 'GET',
      path: '/sites/{site}/pages/{page}/microsoft.graph.sitePage',
      needs,
      handle: readSitePage,
    },
    { method: 'GET', path: '/drives/{drive}/items/{item}/content', needs, handle: fetchContent },
    { method: 'POST', path: '/search/query', needs, handle: search },
  ] satisfies GraphRoute[];

  return {
    ...createGraphStandIn({ signIn, routes, handleOpenly: downloads.handle }),
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

/** Where the organisation of the sandbox keeps its data. */
const region = 'EUR';
const Search = z.object({
  requests: z.tuple([
    z.object({
      entityTypes: z.array(z.enum(['listItem', 'driveItem'])).min(1),
      query: z.object({ queryString: z.string() }),
      region: z.string().optional(),
      size: z.number().int().positive().default(25),
    }),
  ]),
});

function urlOf(page: WorldPage): string {
  const folder = libraryOf(page) === 'Site Pages' ? 'SitePages' : libraryOf(page);
  return `${siteUrlOf(page)}/${encodeURIComponent(folder)}/${encodeURIComponent(fileOf(page).name)}`;
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
