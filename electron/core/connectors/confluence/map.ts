import type { PolicyPage } from '../../../../shared/model/policy.ts';
import type { Page } from './answers.ts';
import { urlOf } from './api.ts';

/** `attachments` are the names of the files on it; undefined where they were not looked for. */
export function toPolicyPage(
  page: Page,
  { fetchedAt, attachments }: { fetchedAt: Date; attachments?: readonly string[] | undefined },
): PolicyPage {
  return {
    source: 'confluence',
    id: page.id,
    version: page.version.number,
    title: page.title,
    body: page.body.storage.value,
    url: urlOf(page._links, page._links),
    labels: labelsOf(page),
    fetchedAt: fetchedAt.toISOString(),
    ...(attachments === undefined ? {} : { attachments: [...attachments] }),
  };
}

export function labelsOf({ labels }: Page): string[] {
  return (labels?.results ?? []).map(({ name }) => name);
}
