import type { SetUpField } from './guide.ts';
import { address, text } from './values.ts';

/** Of the one app in Entra with which Teams and SharePoint are read. */
export const microsoftVariables = {
  SWITCHYARD_MICROSOFT_TENANT: text,
  SWITCHYARD_MICROSOFT_CLIENT_ID: text,
  SWITCHYARD_MICROSOFT_CLIENT_SECRET: text,
  SWITCHYARD_MICROSOFT_LOGIN_URL: address,
  SWITCHYARD_MICROSOFT_GRAPH_URL: address,
} as const;

export const microsoftFields = [
  {
    variable: 'SWITCHYARD_MICROSOFT_TENANT',
    label: 'Directory (tenant) id',
    kind: 'text',
    isRequired: true,
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_CLIENT_ID',
    label: 'Application (client) id',
    kind: 'text',
    isRequired: true,
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_CLIENT_SECRET',
    label: 'Client secret',
    kind: 'secret',
    isRequired: true,
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_LOGIN_URL',
    label: 'Sign-in address',
    kind: 'address',
    isRequired: false,
    default: 'https://login.microsoftonline.com',
    isAdvanced: true,
    isSecretsTarget: true,
  },
  {
    variable: 'SWITCHYARD_MICROSOFT_GRAPH_URL',
    label: 'Graph address',
    kind: 'address',
    isRequired: false,
    default: 'https://graph.microsoft.com',
    isAdvanced: true,
    isSecretsTarget: true,
  },
] as const satisfies readonly SetUpField[];
