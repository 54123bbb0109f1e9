import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import type { Graph } from '../microsoft-graph.ts';

/** A page or file that Graph's search found. */
export interface Found {
  name: string;
  url: string;
}

const Resource = z.object({ name: z.string().nullish(), webUrl: z.string().nullish() });
const Answer = z.object({
  value: z.array(
    z.object({
      hitsContainers: z
        .array(z.object({ hits: z.array(z.object({ resource: Resource.nullish() })).nullish() }))
        .nullish(),
    }),
  ),
});

/** Whichever is wrong, the refusal names the right one. */
const firstRegion = 'NAM';
const shownHits = 25;

/**
 * Pages and files of a site that hold all the words. An app has to say in which region it searches and is told nowhere
 * which its own is, but a wrong one is refused with the regions that there are: then it is asked again with that.
 */
export async function searchSite(
  graph: Graph,
  { words, siteUrl }: { words: string; siteUrl: string },
  call: CallOptions,
): Promise<Found[]> {
  const ask = async (region: string) => {
    const request = {
      entityTypes: ['listItem'],
      query: { queryString: `${words} path:"${siteUrl.replaceAll('"', '')}"` },
      region,
      size: shownHits,
    };
    return graph.post(Answer, '/search/query', { requests: [request] }, call);
  };
  const answer = await ask(firstRegion).catch((thrown: unknown) => {
    const region = validRegionIn(thrown);
    if (region === null) throw thrown;
    return ask(region);
  });
  return answer.value
    .flatMap(({ hitsContainers }) => hitsContainers ?? [])
    .flatMap(({ hits }) => hits ?? [])
    .flatMap(({ resource }) =>
      resource?.webUrl ? [{ name: resource.name ?? lastPartOf(resource.webUrl), url: resource.webUrl }] : [],
    );
}

function validRegionIn(thrown: unknown): string | null {
  if (!(thrown instanceof AppError) || thrown.code !== 'vendor_refused') return null;
  return /valid regions are ([A-Z]+)/i.exec(thrown.message)?.[1] ?? null;
}

function lastPartOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? url);
}
