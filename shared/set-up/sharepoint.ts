import type { SetUpGuide } from './guide.ts';
import { microsoftFields } from './microsoft.ts';
import { address, text } from './values.ts';

export const sharepointVariables = {
  SWITCHYARD_SHAREPOINT_SITE: address,
  SWITCHYARD_SHAREPOINT_LIBRARY: text,
} as const;

export const sharepointGuide = {
  system: 'sharepoint',
  title: 'SharePoint',
  purpose: 'Reads the policy pages and documents that govern the operation.',
  steps: [],
  permissions: [],
  fields: [
    ...microsoftFields,
    {
      variable: 'SWITCHYARD_SHAREPOINT_SITE',
      label: 'Site',
      kind: 'address',
      isRequired: true,
      placeholder: 'https://acme.sharepoint.com/sites/revenue',
    },
    { variable: 'SWITCHYARD_SHAREPOINT_LIBRARY', label: 'Library', kind: 'text', isRequired: true },
  ],
  signIn: null,
} satisfies SetUpGuide;
