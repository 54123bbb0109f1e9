import type { ConnectionCheck } from '../../../../shared/model/connection.ts';
import { policyLabel } from '../../../../shared/model/policy.ts';
import { lacking, skipped, type Trial, tryFor, tryOut } from '../connection-trial.ts';
import type { CallOptions } from '../connector.ts';
import type { ConfluenceApi } from './api.ts';
import type { FoundPolicy, PolicySearch } from './policy-search.ts';

export interface CheckParts {
  api: ConfluenceApi;
  search: PolicySearch;
  spaces: readonly string[];
  baseUrl: string;
}

/** Tries the sign-in, each space, and every page that carries the label. */
export async function* checkConnection(
  parts: CheckParts,
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const { api, search, spaces } = parts;
  const trials = trialsOf(parts);
  const signIn = await tryOut(trials.signIn, async () => {
    const user = await api.readUser(call);
    if (user === null) throw lacking('Confluence', 'Confluence sees a visitor without an account.');
    return `As ${user.name}.`;
  });
  yield signIn;
  if (signIn.state !== 'ok') {
    const later = [...trials.spaces, trials.findPages, trials.readPages, trials.nameFiles];
    for (const trial of later) yield skipped(trial, 'Tried as soon as the sign-in works.');
    return;
  }
  yield* checkSpaces(api, { trials: trials.spaces, spaces }, call);
  const { check, found } = await tryFor(trials.findPages, async () => {
    const policy = await search.find({ label: policyLabel, known: [] }, call);
    return { found: policy, detail: countOf(policy) };
  });
  yield check;
  yield* checkPages(found, trials);
}

const gateway = /^https:\/\/api\.atlassian\.com\//i;

function trialsOf({ baseUrl, spaces }: CheckParts) {
  /** Null where the address is the gateway's, which has no pages for people. */
  const pageOf = (path: string) => (gateway.test(baseUrl) ? null : `${baseUrl}/wiki${path}`);
  const readable = (key: string): Trial => ({
    id: `read-space-${key
      .toLowerCase()
      .replace('~', 'personal-')
      .replace(/[^a-z0-9]+/g, '-')}`,
    title: `Read the space ${key}`,
    remedy: {
      text: 'Check the key of the space, and give the account the right to view it.',
      url: pageOf(`/spaces/${encodeURIComponent(key)}`),
    },
  });
  const anySpace: Trial = {
    id: 'read-spaces',
    title: 'Read spaces',
    remedy: {
      text: 'Give the account access to Confluence and the right to view a space.',
      url: pageOf('/spaces'),
    },
  };
  const labelUrl = pageOf(`/label/${policyLabel}`);
  return {
    signIn: {
      id: 'sign-in',
      title: 'Sign in',
      remedy: {
        text: 'Check the e-mail address, and make a new API token for it.',
        url: 'https://id.atlassian.com/manage-profile/security/api-tokens',
      },
    },
    spaces: spaces.length === 0 ? [anySpace] : spaces.map(readable),
    findPages: {
      id: 'find-policy-pages',
      title: 'Find policy pages',
      remedy: {
        text: `Give the label ${policyLabel} to each page that governs lead routing, and the account the right to view them.`,
        url: labelUrl,
      },
    },
    readPages: {
      id: 'read-policy-pages',
      title: 'Read policy pages',
      remedy: {
        text: 'On each of these pages, open Restrictions (the lock) and let the account view it; do so for the pages above it too.',
        url: labelUrl,
      },
    },
    nameFiles: { id: 'name-files', title: 'Name the files on policy pages' },
  } as const;
}

async function* checkSpaces(
  api: ConfluenceApi,
  { trials, spaces }: { trials: readonly Trial[]; spaces: readonly string[] },
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const [every] = trials;
  if (spaces.length === 0 && every !== undefined) {
    yield await tryOut(every, async () => {
      const found = await api.listSpaces([], call);
      if (found.length === 0) throw lacking('Confluence', 'The account sees no space.');
      return `The account sees ${found.length === 1 ? '1 space' : `${found.length} spaces`}; pages of all of them count.`;
    });
    return;
  }
  for (const [index, key] of spaces.entries()) {
    const trial = trials[index];
    if (trial === undefined) continue;
    yield await tryOut(trial, async () => {
      const [space] = await api.listSpaces([key], call);
      if (space === undefined)
        throw lacking('Confluence', `There is no space ${key}, or the account may not view it.`);
      return space.name;
    });
  }
}

async function* checkPages(
  found: FoundPolicy | null,
  trials: Pick<ReturnType<typeof trialsOf>, 'readPages' | 'nameFiles'>,
): AsyncGenerator<ConnectionCheck, void, void> {
  if (found === null) {
    yield skipped(trials.readPages, 'Tried as soon as there are pages.');
    yield skipped(trials.nameFiles, 'Tried as soon as there are pages.');
    return;
  }
  const { pages, hidden } = found;
  yield await tryOut(trials.readPages, async () => {
    if (hidden.length > 0) {
      const names = hidden.map(({ title, id }) => `"${title}" (${id})`).join(', ');
      throw lacking('Confluence', `The account may not view ${names}. Until it may, cases go to people.`);
    }
    return pages.map(({ title, version }) => `"${title}", version ${version}`).join('; ');
  });
  yield filesCheck(pages, trials.nameFiles);
}

function filesCheck(pages: FoundPolicy['pages'], trial: Pick<Trial, 'id' | 'title'>): ConnectionCheck {
  if (pages.some(({ attachments }) => attachments === undefined)) {
    return {
      ...trial,
      state: 'failed',
      detail: 'The files could not be listed. The policy is read without them.',
      remedy: null,
    };
  }
  const named = pages.flatMap(({ title, attachments = [] }) =>
    attachments.map((file) => `${file} on "${title}"`),
  );
  const detail = named.length === 0 ? 'There are none.' : `Attached, and not read: ${named.join(', ')}.`;
  return { ...trial, state: 'ok', detail, remedy: null };
}

function countOf({ pages, hidden }: FoundPolicy): string {
  const count = pages.length + hidden.length;
  if (count === 0) {
    throw lacking('Confluence', `The account sees no page with the label ${policyLabel}.`);
  }
  return `${count === 1 ? '1 page carries' : `${count} pages carry`} the label ${policyLabel}. Pages that the account may not view are not in the count: Confluence does not list them.`;
}
