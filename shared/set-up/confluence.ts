import { Email } from '../model/person.ts';
import type { SetUpGuide } from './guide.ts';
import { address, list, text } from './values.ts';

export const confluenceVariables = {
  SWITCHYARD_CONFLUENCE_URL: address,
  SWITCHYARD_CONFLUENCE_EMAIL: Email,
  SWITCHYARD_CONFLUENCE_TOKEN: text,
  /** Keys of the spaces that policy is read from; every space where it is left out. */
  SWITCHYARD_CONFLUENCE_SPACES: list,
} as const;

export const confluenceGuide = {
  system: 'confluence',
  title: 'Confluence',
  purpose: 'Reads the policy pages that govern the operation.',
  steps: [],
  permissions: [],
  fields: [
    {
      variable: 'SWITCHYARD_CONFLUENCE_URL',
      label: 'Site',
      kind: 'address',
      isRequired: true,
      placeholder: 'https://acme.atlassian.net',
      isSecretsTarget: true,
    },
    { variable: 'SWITCHYARD_CONFLUENCE_EMAIL', label: 'Account', kind: 'text', isRequired: true },
    { variable: 'SWITCHYARD_CONFLUENCE_TOKEN', label: 'API token', kind: 'secret', isRequired: true },
    { variable: 'SWITCHYARD_CONFLUENCE_SPACES', label: 'Spaces', kind: 'list', isRequired: false },
  ],
  signIn: null,
} satisfies SetUpGuide;
