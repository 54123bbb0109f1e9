import type { SetUpField, SetUpStep } from './guide.ts';
import { address, text } from './values.ts';

const idCharacters = /^[\w.-]+$/;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Of the one app in Entra with which Teams and SharePoint are read. */
export const microsoftVariables = {
  SWITCHYARD_MICROSOFT_TENANT: text.regex(
    idCharacters,
    'is no directory id: copy it from the app’s overview in Entra',
  ),
  SWITCHYARD_MICROSOFT_CLIENT_ID: text.regex(
    idCharacters,
    'is no application id: copy it from the app’s overview in Entra',
  ),
  SWITCHYARD_MICROSOFT_CLIENT_SECRET: text.refine(
    (secret) => !guid.test(secret),
    'is the secret’s id: copy its value, which stands beside it',
  ),
  SWITCHYARD_MICROSOFT_LOGIN_URL: address,
  SWITCHYARD_MICROSOFT_GRAPH_URL: address,
} as const;

/** The app that both products share, up to its secret. */
export const microsoftSteps = [
  {
    text: 'As an administrator, in the Entra admin center: App registrations → New registration, “Accounts in this organizational directory only”. Teams and SharePoint share one app: where one is connected already, take that.',
    link: {
      label: 'App registrations',
      url: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
    },
  },
  {
    text: 'The app’s Overview shows the Directory (tenant) ID and the Application (client) ID: enter both here.',
  },
  {
    text: 'Certificates & secrets → New client secret. Enter its Value here; it is shown once. Note when it expires: from then on nothing can be read, and Switchyard says so.',
  },
] as const satisfies readonly SetUpStep[];

/** The last step: what was asked for holds only then. */
export const consentStep = {
  text: 'API permissions → Grant admin consent. Each permission then has a green tick.',
} as const satisfies SetUpStep;

export const microsoftFields = [
  {
    variable: 'SWITCHYARD_MICROSOFT_TENANT',
    label: 'Directory (tenant) id',
    kind: 'text',
    isRequired: true,
    help: 'On the app’s overview in Entra.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_CLIENT_ID',
    label: 'Application (client) id',
    kind: 'text',
    isRequired: true,
    help: 'On the app’s overview in Entra, above the directory id.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_CLIENT_SECRET',
    label: 'Client secret',
    kind: 'secret',
    isRequired: true,
    help: 'The value of the secret from Certificates & secrets, not its id.',
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_LOGIN_URL',
    label: 'Sign-in address',
    kind: 'address',
    isRequired: false,
    help: 'Another one in a national cloud, such as https://login.microsoftonline.us.',
    default: 'https://login.microsoftonline.com',
    isAdvanced: true,
    isSecretsTarget: true,
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_GRAPH_URL',
    label: 'Graph address',
    kind: 'address',
    isRequired: false,
    help: 'Another one in a national cloud, such as https://graph.microsoft.us.',
    default: 'https://graph.microsoft.com',
    isAdvanced: true,
    isSecretsTarget: true,
  },
] as const satisfies readonly SetUpField[];
