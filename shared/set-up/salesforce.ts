import { z } from 'zod';
import type { SetUpGuide } from './guide.ts';
import { address, text } from './values.ts';

export const salesforceAuthKinds = ['web', 'jwt', 'client-credentials'] as const;

export const salesforceVariables = {
  SWITCHYARD_SALESFORCE_LOGIN_URL: address,
  SWITCHYARD_SALESFORCE_AUTH: z.enum(salesforceAuthKinds),
  SWITCHYARD_SALESFORCE_CLIENT_ID: text,
  /** For client credentials; for the web flow where the app demands it. */
  SWITCHYARD_SALESFORCE_CLIENT_SECRET: text,
  /** For JWT bearer: who the program acts as, and the key (PEM) of the certificate that the app knows. */
  SWITCHYARD_SALESFORCE_USERNAME: text,
  SWITCHYARD_SALESFORCE_PRIVATE_KEY: text,
  /** Of a web sign-in that was made elsewhere. */
  SWITCHYARD_SALESFORCE_REFRESH_TOKEN: text,
} as const;

const auth = 'SWITCHYARD_SALESFORCE_AUTH';

export const salesforceGuide = {
  system: 'salesforce',
  title: 'Salesforce',
  purpose: 'Finds leads, accounts and opportunities, and corrects the owner of a lead.',
  steps: [],
  permissions: [],
  fields: [
    {
      variable: 'SWITCHYARD_SALESFORCE_LOGIN_URL',
      label: 'My Domain',
      kind: 'address',
      isRequired: true,
      placeholder: 'https://acme.my.salesforce.com',
      isSecretsTarget: true,
    },
    {
      variable: auth,
      label: 'How Switchyard signs in',
      kind: 'choice',
      isRequired: false,
      default: 'client-credentials',
      choices: [
        { value: 'web', label: 'As somebody who signs in in the browser' },
        { value: 'jwt', label: 'As a user, with a certificate (JWT bearer)' },
        { value: 'client-credentials', label: 'As the run-as user of the app (client credentials)' },
      ],
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_CLIENT_ID',
      label: 'Consumer key',
      kind: 'text',
      isRequired: true,
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_CLIENT_SECRET',
      label: 'Consumer secret',
      kind: 'secret',
      isRequired: true,
      onlyWhen: { variable: auth, values: ['client-credentials'] },
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_USERNAME',
      label: 'User name',
      kind: 'text',
      isRequired: true,
      onlyWhen: { variable: auth, values: ['jwt'] },
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_PRIVATE_KEY',
      label: 'Private key',
      kind: 'secret file',
      isRequired: true,
      onlyWhen: { variable: auth, values: ['jwt'] },
    },
  ],
  signIn: {
    label: 'Sign in to Salesforce',
    help: 'With the account that Switchyard is to act as.',
    ways: ['browser'],
    onlyWhen: { variable: auth, values: ['web'] },
  },
} satisfies SetUpGuide;
