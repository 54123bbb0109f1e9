import { z } from 'zod';

/** The parts of Confluence's answers that are read. */

/** One answer of the search by CQL (version 1 of the API). */
export const FoundContent = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      title: z.string().optional(),
      _links: z.object({ webui: z.string().optional() }).optional(),
      /** Only where it is asked for. */
      version: z.object({ number: z.number().int() }).optional(),
      /** Of an attachment the page that it hangs on; only where it is asked for. */
      container: z.object({ id: z.union([z.string(), z.number().transform(String)]).optional() }).optional(),
    }),
  ),
  _links: z.object({ next: z.string().optional(), base: z.string().optional() }),
});

/** A page with its body and labels (version 2). Confluence sends the body only where the request names its form. */
export const Page = z.object({
  id: z.string(),
  status: z.string(),
  title: z.string(),
  version: z.object({ number: z.number().int() }),
  body: z.object({ storage: z.object({ value: z.string() }) }),
  labels: z.object({ results: z.array(z.object({ name: z.string() })) }).optional(),
  _links: z.object({ base: z.string().optional(), webui: z.string().optional() }).optional(),
});
export type Page = z.infer<typeof Page>;

export const ListedPages = z.object({ results: z.array(z.object({ id: z.string(), status: z.string() })) });

export const ListedSpaces = z.object({ results: z.array(z.object({ key: z.string(), name: z.string() })) });

export const CurrentUser = z.object({
  type: z.string(),
  displayName: z.string().nullish(),
  publicName: z.string().nullish(),
  email: z.string().nullish(),
});
