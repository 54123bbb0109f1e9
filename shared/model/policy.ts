import { z } from 'zod';

/** The label of the pages that govern the operation. */
export const policyLabel = 'lead-routing-policy';

/** A policy page as its system holds it. */
export const PolicyPage = z.object({
  source: z.enum(['confluence', 'sharepoint']),
  id: z.string(),
  version: z.number().int(),
  title: z.string(),
  /** Confluence storage format, or HTML. */
  body: z.string(),
  url: z.string().nullable(),
  labels: z.array(z.string()),
  /** The names of the files attached to it, which are not read. Absent where they were not looked for. */
  attachments: z.array(z.string()).optional(),
  /** When we read it, ISO 8601. */
  fetchedAt: z.string(),
});
export type PolicyPage = z.infer<typeof PolicyPage>;

/** A passage of a page, quoted word for word. */
export const PolicyQuote = z.object({
  pageId: z.string(),
  version: z.number().int(),
  title: z.string(),
  passage: z.string(),
  /** Leads to the section of the passage where the page's system names sections. */
  url: z.string().nullable(),
  /** What stands on the page and was not read, in words: attached files, included pages. */
  notRead: z.array(z.string()).optional(),
});
export type PolicyQuote = z.infer<typeof PolicyQuote>;

/** What a link needs behind `#` to lead to the section; null where the page names none. */
const anchor = z.string().nullish();

/** A policy page as the machine reads it: its prose in passages, and the rows of its settings tables. */
export const PolicyDocument = z.object({
  id: z.string(),
  version: z.number().int(),
  title: z.string(),
  url: z.string().nullable(),
  /** Paragraphs and list items in order, each with the heading it stands under. */
  passages: z.array(z.object({ heading: z.string().nullable(), anchor, text: z.string() })),
  /** Rows of tables with the columns Setting and Value, as written. */
  settings: z.array(z.object({ name: z.string(), value: z.string(), anchor })),
  /** What stands on the page and was not read, in words: attached files, included pages. */
  notRead: z.array(z.string()).optional(),
  /** The page itself could not be read; this is our copy, read at this time. */
  cachedAt: z.string().nullable(),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;
