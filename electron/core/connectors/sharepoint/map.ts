import { z } from 'zod';

/** A site; Graph's id of it names host, site collection and web. */
export const Site = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  webUrl: z.string().nullish(),
});
export type Site = z.infer<typeof Site>;

/** A list of a site: a library of documents or of site pages is one too. */
export const Library = z.object({
  id: z.string(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  webUrl: z.string().nullish(),
  list: z.object({ template: z.string().nullish() }).nullish(),
});
export type Library = z.infer<typeof Library>;

/** An item of a library with its columns and its file, as one listing gives them. */
export const LibraryItem = z.object({
  webUrl: z.string().nullish(),
  sharepointIds: z.object({ listItemUniqueId: z.string() }),
  fields: z.object({ Title: z.string().nullish(), _UIVersionString: z.string() }),
  driveItem: z
    .object({
      id: z.string(),
      name: z.string(),
      webUrl: z.string().nullish(),
      size: z.number().nullish(),
      parentReference: z.object({ driveId: z.string() }),
      /** Folders have none. */
      file: z.object({}).nullish(),
    })
    .nullish(),
});
export type LibraryItem = z.infer<typeof LibraryItem>;

const WebPart = z.object({
  /** Of a text web part. */
  innerHtml: z.string().nullish(),
  /** Of every other kind. */
  data: z
    .object({
      serverProcessedContent: z
        .object({
          htmlStrings: z.array(z.object({ value: z.string().nullish() })).nullish(),
          searchablePlainTexts: z.array(z.object({ value: z.string().nullish() })).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type WebPart = z.infer<typeof WebPart>;

const webparts = z.array(WebPart).nullish();

/** A site page with what stands on it; an empty page has no layout. */
export const SitePage = z.object({
  title: z.string().nullish(),
  publishingState: z.object({ versionId: z.string() }),
  canvasLayout: z
    .object({
      horizontalSections: z.array(z.object({ columns: z.array(z.object({ webparts })).nullish() })).nullish(),
      verticalSection: z.object({ webparts }).nullish(),
    })
    .nullish(),
});
export type SitePage = z.infer<typeof SitePage>;

/** A file of the library that can be read for policy. */
export interface PolicyFile {
  /** What the program calls the page by: Graph's id of the site page, or of the file in its drive. */
  id: string;
  kind: PolicyFileKind;
  /** With its ending. */
  name: string;
  title: string;
  url: string | null;
  /** As SharePoint writes it, `3.0`. */
  version: string;
  sizeBytes: number;
  driveId: string;
}

const kinds = {
  aspx: 'page',
  docx: 'word',
  html: 'html',
  htm: 'html',
  md: 'markdown',
  markdown: 'markdown',
  txt: 'text',
} as const;
export type PolicyFileKind = (typeof kinds)[keyof typeof kinds];

const isReadable = (ending: string): ending is keyof typeof kinds => Object.hasOwn(kinds, ending);

/** The item as a file to read; null for a folder and for a kind of file that cannot be read. */
export function toPolicyFile({ driveItem, fields, sharepointIds, webUrl }: LibraryItem): PolicyFile | null {
  if (!driveItem?.file) return null;
  const { name } = driveItem;
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1).toLowerCase();
  if (dot < 0 || !isReadable(ending)) return null;
  const kind = kinds[ending];
  return {
    id: kind === 'page' ? sharepointIds.listItemUniqueId : driveItem.id,
    kind,
    name,
    title: fields.Title?.trim() || name.slice(0, dot),
    url: kind === 'page' ? (webUrl ?? null) : viewerOf(driveItem.webUrl ?? webUrl),
    version: fields._UIVersionString,
    sizeBytes: driveItem.size ?? 0,
    driveId: driveItem.parentReference.driveId,
  };
}

/** Where a browser shows the file, which it would fetch at its own address. */
function viewerOf(webUrl: string | null | undefined): string | null {
  if (!webUrl) return null;
  const url = new URL(webUrl);
  url.searchParams.set('web', '1');
  return url.href;
}

/**
 * The number of a published version: 3 of `3.0`. SharePoint numbers drafts between them (`3.1`; `0.1` before the first
 * publication): null.
 */
export function publishedVersion(version: string): number | null {
  const [major = '', minor = '0'] = version.split('.');
  return /^[1-9]\d*$/.test(major) && /^0+$/.test(minor) ? Number(major) : null;
}

/** Whether there is a published version before this draft. */
export const wasPublished = (version: string): boolean => /^[1-9]/.test(version);
