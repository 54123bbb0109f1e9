import { policyLabel } from '../../../../shared/model/policy.ts';
import type { WorldPage } from '../world.ts';

const host = 'sandbox.sharepoint.com';
const sitePages = 'Site Pages';

/** A library of a site. */
export interface SharepointLibrary {
  id: string;
  driveId: string;
  name: string;
  webUrl: string;
  /** Whether it is the site's own library of pages, a system list. */
  isSitePages: boolean;
}

export interface SharepointSite {
  id: string;
  /** As it stands in the site's address. */
  name: string;
  webUrl: string;
  libraries: SharepointLibrary[];
}

/** The site that a page of the world lies on: its address, or the name in it. */
export function siteUrlOf({ site }: Pick<WorldPage, 'site'>): string {
  const name = (site ?? '').replace(/\/+$/, '').split('/').at(-1) || 'policies';
  return new URL(`https://${host}/sites/${name}`).href;
}

/** The title of the page's library; that of the site's own pages may be written as in their address. */
export function libraryOf({ library }: Pick<WorldPage, 'library'>): string {
  return library == null || /^site ?pages$/i.test(library) ? sitePages : library;
}

/**
 * The library that an admin of this world would have chosen: the one with the policy in it. SharePoint knows no
 * labels; where several libraries have pages, those of the world's pages tell.
 */
export function policyPlaceOf(pages: readonly WorldPage[]): { siteUrl: string; library: string } | null {
  const page = pages.find(({ labels }) => labels.includes(policyLabel)) ?? pages[0];
  return page ? { siteUrl: siteUrlOf(page), library: libraryOf(page) } : null;
}

/** Every site that pages lie on, with the libraries that every site has and those that pages lie in. */
export function sitesOf(places: Iterable<Pick<WorldPage, 'site' | 'library'>>): SharepointSite[] {
  const libraries = new Map<string, Set<string>>();
  for (const place of places) {
    const webUrl = siteUrlOf(place);
    const names = libraries.get(webUrl) ?? new Set(['Documents', sitePages]);
    libraries.set(webUrl, names.add(libraryOf(place)));
  }
  return [...libraries].map(([webUrl, names]) => siteOf(webUrl, [...names]));
}

function siteOf(webUrl: string, libraryNames: readonly string[]): SharepointSite {
  const name = decodeURIComponent(webUrl.split('/').at(-1) ?? '');
  return {
    id: `${host},site-${name},web-${name}`,
    name,
    webUrl,
    libraries: libraryNames.map((library) => ({
      id: `list-${name}-${library}`,
      driveId: `drive-${name}-${library}`,
      name: library,
      webUrl: `${webUrl}/${encodeURIComponent(library === sitePages ? 'SitePages' : library)}`,
      isSitePages: library === sitePages,
    })),
  };
}

/** The page's file: its name and what is in it. A site page has no file that could be fetched. */
export function fileOf(page: WorldPage): { name: string; content: Buffer | null } {
  const format = page.format ?? 'html';
  const base = page.title.replace(/["*:<>?/\\|]/g, '-');
  if (format === 'docx') return { name: `${base}.docx`, content: Buffer.from(page.body, 'base64') };
  if (format !== 'html') return { name: `${base}.${format}`, content: Buffer.from(page.body) };
  if (libraryOf(page) === sitePages) return { name: `${base}.aspx`, content: null };
  const html = `<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>${page.body}</body></html>`;
  return { name: `${base}.html`, content: Buffer.from(html) };
}
