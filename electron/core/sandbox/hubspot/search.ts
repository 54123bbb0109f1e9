import { z } from 'zod';

/** What a search reads of a record: HubSpot's property names and their texts. */
export type Properties = Readonly<Record<string, string>>;

const Filter = z.discriminatedUnion('operator', [
  z.strictObject({ operator: z.literal('EQ'), propertyName: z.string(), value: z.string() }),
  z.strictObject({ operator: z.literal('CONTAINS_TOKEN'), propertyName: z.string(), value: z.string() }),
  z.strictObject({ operator: z.literal('NOT_HAS_PROPERTY'), propertyName: z.string() }),
]);
type Filter = z.infer<typeof Filter>;

/** HubSpot refuses to page further than this. */
const reach = 10_000;

/**
 * The part of a search that is stood in for: filters by these three operators, no free text, in order of creation.
 * HubSpot's own bounds hold: 5 groups, 6 filters in each, 18 in all, 200 results a page.
 */
export const SearchRequest = z
  .strictObject({
    filterGroups: z.array(z.strictObject({ filters: z.array(Filter).min(1).max(6) })).max(5),
    properties: z.array(z.string()).default([]),
    limit: z.number().int().min(1).max(200).default(10),
    after: z.string().regex(/^\d+$/).default('0').transform(Number),
  })
  .refine(({ filterGroups }) => filterGroups.flatMap(({ filters }) => filters).length <= 18, {
    message: 'at most 18 filters are allowed',
  })
  .refine(({ after, limit }) => after + limit <= reach, {
    message: `paging through search results is limited to ${reach} results`,
  });
export type SearchRequest = z.infer<typeof SearchRequest>;

/** Groups are joined by OR, the filters of one by AND; no groups let everything pass. */
export function matches({ filterGroups }: SearchRequest, properties: Properties): boolean {
  return (
    filterGroups.length === 0 ||
    filterGroups.some(({ filters }) => filters.every((filter) => passes(filter, properties)))
  );
}

function passes(filter: Filter, properties: Properties): boolean {
  const actual = properties[filter.propertyName] ?? '';
  switch (filter.operator) {
    case 'EQ':
      return actual !== '' && actual.toLowerCase() === filter.value.toLowerCase();
    case 'NOT_HAS_PROPERTY':
      return actual === '';
    case 'CONTAINS_TOKEN': {
      const wanted = patternOf(filter.value);
      return tokensOf(actual).some((token) => wanted.test(token));
    }
  }
}

/** Words, and addresses as a whole too: `*@example.com` finds e-mail addresses. */
function tokensOf(text: string): string[] {
  return [...text.split(/[\s;]+/u), ...text.split(/[^\p{L}\p{N}]+/u)].filter((token) => token !== '');
}

function patternOf(value: string): RegExp {
  const parts = value.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'iu');
}
