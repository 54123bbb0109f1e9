import type { WorldPage } from '../world.ts';
import type { Clause } from './cql.ts';

/** What the search finds: a page, or a file that hangs on one. */
export interface Content {
  id: string;
  type: 'page' | 'attachment';
  title: string;
  page: WorldPage;
}

/** Pages with the files on them, in their order. A restricted page and its files are found by nobody. */
export function contentOf(pages: Iterable<WorldPage>): Content[] {
  return [...pages]
    .filter(({ restricted }) => !restricted)
    .flatMap((page): Content[] => [
      { id: page.id, type: 'page', title: page.title, page },
      ...(page.attachments ?? []).map(
        (title, index): Content => ({
          id: `att${page.id}${index}`,
          type: 'attachment',
          title,
          page,
        }),
      ),
    ]);
}

export function fits({ type, page }: Content, { field, values }: Clause): boolean {
  switch (field) {
    case 'label':
      return type === 'page' && page.labels.some((label) => values.includes(label));
    case 'type':
      return values.includes(type);
    case 'space':
      return values.includes(spaceOf(page));
    case 'container':
      return type === 'attachment' && values.includes(page.id);
  }
}

/** The key of the page's space. */
export function spaceOf({ space }: WorldPage): string {
  return space ?? 'TEAM';
}

export function webuiOf({ type, page, title }: Content): string {
  const path = `/spaces/${spaceOf(page)}/pages/${page.id}`;
  return type === 'page' ? path : `${path}?preview=${encodeURIComponent(title)}`;
}
