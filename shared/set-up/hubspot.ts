import type { SetUpGuide } from './guide.ts';
import { address, text } from './values.ts';

export const hubspotVariables = {
  SWITCHYARD_HUBSPOT_TOKEN: text,
  SWITCHYARD_HUBSPOT_API_URL: address,
} as const;

export const hubspotGuide = {
  system: 'hubspot',
  title: 'HubSpot',
  purpose: 'Finds contacts and companies, and corrects the owner of a contact.',
  steps: [],
  permissions: [],
  fields: [
    { variable: 'SWITCHYARD_HUBSPOT_TOKEN', label: 'Access token', kind: 'secret', isRequired: true },
    {
      variable: 'SWITCHYARD_HUBSPOT_API_URL',
      label: 'API address',
      kind: 'address',
      isRequired: false,
      default: 'https://api.hubapi.com',
      isAdvanced: true,
      isSecretsTarget: true,
    },
  ],
  signIn: null,
} satisfies SetUpGuide;
