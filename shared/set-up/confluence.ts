import { Email } from '../model/person.ts';
import { policyLabel } from '../model/policy.ts';
import type { SetUpGuide } from './guide.ts';
import { address, list, text } from './values.ts';

/** What a token with scopes is used at, followed by the site's cloud id. */
const gateway = /^https:\/\/api\.atlassian\.com\/ex\/confluence\/[\w-]+/i;
const accountHosts = /^https?:\/\/(id|admin|support)\.atlassian\.com/i;

/** The site that an address of any of its pages leads to. */
function siteOf(url: string): string {
  return gateway.exec(url)?.[0] ?? /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? url;
}

/** The key in the address of a space, or the word itself. */
function spaceKeyOf(word: string): string {
  const key = /\/spaces\/([^/?#]+)/.exec(word)?.[1];
  return key === undefined ? word : decodeURIComponent(key);
}

export const confluenceVariables = {
  SWITCHYARD_CONFLUENCE_URL: address
    .refine(
      (url) => !accountHosts.test(url),
      'is where accounts are kept: enter the address of your Confluence',
    )
    .transform(siteOf),
  SWITCHYARD_CONFLUENCE_EMAIL: Email,
  SWITCHYARD_CONFLUENCE_TOKEN: text.regex(
    /^\S+$/,
    'has blanks in it: copy it again, without the words around it',
  ),
  /** Keys of the spaces that policy is read from; every space where it is left out. */
  SWITCHYARD_CONFLUENCE_SPACES: list.transform((words) => [...new Set(words.map(spaceKeyOf))]),
} as const;

const settingsTable = [
  ['Setting', 'Value'],
  ['Auto-resolution', 'Allowed'],
  ['Maximum employees for auto-resolution', '1000'],
  ['Open opportunity', 'Escalate'],
  ['Review window', 'PT4H'],
]
  .map((cells) => cells.join('\t'))
  .join('\n');

export const confluenceGuide = {
  system: 'confluence',
  title: 'Confluence',
  purpose: 'Reads the policy pages that govern the operation.',
  steps: [
    {
      text: 'Choose the account that reads: best one of its own, such as switchyard@acme.com, with access to Confluence and the right to view the policy pages and the pages above them.',
      link: { label: 'Users in Atlassian Administration', url: 'https://admin.atlassian.com' },
    },
    {
      text: 'Signed in as that account, open Security → API tokens, press Create API token (the one without scopes), name it Switchyard and choose how long it holds: a year at most. Note the day: from then on no page can be read, and the program says so.',
      link: { label: 'API tokens', url: 'https://id.atlassian.com/manage-profile/security/api-tokens' },
    },
    {
      text: 'Give each page that governs lead routing this label: open the page, ••• → Add labels.',
      copy: { label: 'Label', text: policyLabel },
    },
    {
      text: 'Rules that the program itself shall keep stand on such a page in a table with the columns Setting and Value. Copy this one to begin with, and paste it into the page.',
      copy: { label: 'Table of settings', text: settingsTable },
    },
  ],
  permissions: [
    { name: 'Can use Confluence', why: 'The account signs in; a licence for Confluence goes with it.' },
    {
      name: 'View the space',
      why: 'Finds the pages that carry the label. A page that the account may not view is not even listed.',
    },
    {
      name: 'View the page',
      why: 'Where a page or one above it has restrictions, the account has to be among those who may view it.',
    },
  ],
  fields: [
    {
      variable: 'SWITCHYARD_CONFLUENCE_URL',
      label: 'Site',
      kind: 'address',
      isRequired: true,
      placeholder: 'https://acme.atlassian.net',
      help: 'The address of any page of your Confluence will do. For a token with scopes (search:confluence, read:page:confluence, read:space:confluence, read:confluence-user): https://api.atlassian.com/ex/confluence/ and the cloud id of the site.',
      isSecretsTarget: true,
    },
    {
      variable: 'SWITCHYARD_CONFLUENCE_EMAIL',
      label: 'Account',
      kind: 'text',
      isRequired: true,
      placeholder: 'switchyard@acme.com',
      help: 'The e-mail address with which the account signs in at Atlassian.',
    },
    {
      variable: 'SWITCHYARD_CONFLUENCE_TOKEN',
      label: 'API token',
      kind: 'secret',
      isRequired: true,
      help: 'Shown once, when it is created. It often begins with ATATT.',
    },
    {
      variable: 'SWITCHYARD_CONFLUENCE_SPACES',
      label: 'Spaces',
      kind: 'list',
      isRequired: false,
      placeholder: 'REVOPS',
      help: 'Keys of the spaces that hold policy, or their addresses. Nothing: every space that the account may view, so that whoever can set the label there makes policy.',
    },
  ],
  signIn: null,
} satisfies SetUpGuide;
