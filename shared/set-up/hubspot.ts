import type { SetUpGuide, SetUpPermission } from './guide.ts';
import { address, text } from './values.ts';

const oldApiKey = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const consoleHost = /^https?:\/\/app[\w-]*\.hubspot\.com/i;

export const hubspotVariables = {
  SWITCHYARD_HUBSPOT_TOKEN: text
    .regex(/^\S+$/, 'has blanks in it: copy it again, without the words around it')
    .refine((token) => !oldApiKey.test(token), 'is an API key of the old kind, which HubSpot takes no more'),
  SWITCHYARD_HUBSPOT_API_URL: address.refine(
    (url) => !consoleHost.test(url),
    'is where people work: programs are answered at https://api.hubapi.com',
  ),
} as const;

const permissions: SetUpPermission[] = [
  {
    name: 'crm.objects.contacts.read',
    why: 'Finds the contact that a report is about, its duplicates and its past owners.',
  },
  {
    name: 'crm.objects.contacts.write',
    why: 'Corrects the owner of a contact. Nothing else is ever written.',
  },
  {
    name: 'crm.objects.companies.read',
    why: 'Reads the companies of a contact: size, industry and owner decide where a lead belongs.',
  },
  {
    name: 'crm.objects.owners.read',
    why: 'Tells who owns a record, in which team, and whether they still work here.',
  },
];

export const hubspotGuide = {
  system: 'hubspot',
  title: 'HubSpot',
  purpose: 'Finds contacts and companies, and corrects the owner of a contact.',
  steps: [
    {
      text: 'In HubSpot, as a super admin or with access to developer tools, open Development → Keys → Service keys and press Create service key. A private app that is there already serves as well; HubSpot makes no new ones since October 2026.',
      link: { label: 'Service keys in HubSpot', url: 'https://app.hubspot.com/service-keys' },
    },
    {
      text: 'Name it Switchyard, press Add new scope, choose these four and press Update.',
      copy: { label: 'Scopes', text: permissions.map(({ name }) => name).join('\n') },
    },
    {
      text: 'Press Create and confirm. Open the key, press Show, copy it, and enter it here. For an account whose data lie in Europe it is the same.',
    },
  ],
  permissions,
  fields: [
    {
      variable: 'SWITCHYARD_HUBSPOT_TOKEN',
      label: 'Service key',
      kind: 'secret',
      isRequired: true,
      help: 'Of the key, under Show; of a private app, its access token from the tab Auth. It often begins with pat-.',
    },
    {
      variable: 'SWITCHYARD_HUBSPOT_API_URL',
      label: 'API address',
      kind: 'address',
      isRequired: false,
      help: 'Leave it as it is, unless a proxy of yours stands in front of HubSpot.',
      default: 'https://api.hubapi.com',
      isAdvanced: true,
      isSecretsTarget: true,
    },
  ],
  signIn: null,
} satisfies SetUpGuide;
