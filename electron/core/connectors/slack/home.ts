import type { HomeView, KnownBlock } from '@slack/web-api';
import type { ChatHome, HomeEntry, PostedMessage } from '../connector.ts';
import { header, limits, plain, section } from './block-parts.ts';
import { escapeMarkup, linkMarkup } from './mark-up.ts';

export const reportActionId = 'switchyard_open_report';

/** So many lines a list; the rest is in the console. */
const longestList = 30;

/** Somebody's page: a button for the form, what waits for their decision, and their own open requests. */
export function homeView(home: ChatHome, workspaceUrl: string | null): HomeView {
  const link = (place: PostedMessage | null) => threadUrl(workspaceUrl, place);
  const blocks: KnownBlock[] = [
    ...section('Is a lead with the wrong person? Report it here, or write to me in a sentence.'),
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: reportActionId,
          text: plain('Report a routing error', limits.buttonLabel),
          style: 'primary',
        },
      ],
    },
    ...(home.toDecide === null
      ? []
      : list('Waiting for your decision', home.toDecide, { link, empty: 'Nothing waits for you.' })),
    ...list('Your open requests', home.requests, { link, empty: 'You have no open requests.' }),
  ];
  return { type: 'home', blocks: blocks.slice(0, limits.viewBlocks) };
}

function list(
  title: string,
  entries: readonly HomeEntry[],
  { link, empty }: { link: (place: PostedMessage | null) => string | null; empty: string },
): KnownBlock[] {
  const more = entries.length - longestList;
  return [
    header(title),
    ...(entries.length === 0 ? section(empty) : []),
    ...entries.slice(0, longestList).map((entry) => line(entry, link(entry.place))),
    ...(more > 0 ? section(`…and ${more} more in the console.`) : []),
  ];
}

function line({ requestId, title, state }: HomeEntry, url: string | null): KnownBlock {
  const head = `*${linkMarkup(url, requestId, 500)}* ${escapeMarkup(title, 500)}`;
  const text = `${head}\n${escapeMarkup(state, 500)}`;
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

/** As Slack's own "Copy link" makes it, from the workspace's address, which ends with a slash. */
function threadUrl(workspaceUrl: string | null, place: PostedMessage | null): string | null {
  if (workspaceUrl === null || place === null) return null;
  return `${workspaceUrl}archives/${place.channel}/p${place.message.replace('.', '')}`;
}
