import { z } from 'zod';
import type { PolicyPage } from '../../../../shared/model/policy.ts';

/** One answer of the search by CQL (version 1 of the API). */
export const FoundPages = z.object({
  results: z.array(z.object({ id: z.string() })),
  _links: z.object({ next: z.string().optional() }),
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

export function toPolicyPage(page: Page, fetchedAt: Date): PolicyPage {
  const { base, webui } = page._links ?? {};
  return {
    source: 'confluence',
    id: page.id,
    version: page.version.number,
    title: page.title,
    body: page.body.storage.value,
    url: base !== undefined && webui !== undefined ? base + webui : null,
    labels: (page.labels?.results ?? []).map(({ name }) => name),
    fetchedAt: fetchedAt.toISOString(),
  };
}
