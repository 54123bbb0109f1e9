import { z } from 'zod';

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
  url: z.string().nullable(),
});
export type PolicyQuote = z.infer<typeof PolicyQuote>;
