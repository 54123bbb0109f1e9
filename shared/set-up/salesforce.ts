import { z } from 'zod';
import { salesforceCallbackUrl } from '../model/salesforce-sign-in.ts';
import type { SetUpGuide } from './guide.ts';
import { address, text } from './values.ts';

export const salesforceAuthKinds = ['web', 'jwt', 'client-credentials'] as const;

const isPrivateKey = /^-----BEGIN (?:RSA )?PRIVATE KEY-----/;

export const salesforceVariables = {
  SWITCHYARD_SALESFORCE_LOGIN_URL: address,
  SWITCHYARD_SALESFORCE_AUTH: z.enum(salesforceAuthKinds),
  SWITCHYARD_SALESFORCE_CLIENT_ID: text.regex(/^\S+$/, 'holds blanks: copy it whole, and nothing beside it'),
  /** For client credentials; for the web flow where the app demands it. */
  SWITCHYARD_SALESFORCE_CLIENT_SECRET: text,
  /** For JWT bearer: who the program acts as, and the key (PEM) of the certificate that the app knows. */
  SWITCHYARD_SALESFORCE_USERNAME: text.regex(
    /^[^\s@]+@[^\s@]+$/,
    'is no user name: those look like an e-mail address',
  ),
  SWITCHYARD_SALESFORCE_PRIVATE_KEY: text
    .refine(
      (key) => !key.startsWith('-----BEGIN ENCRYPTED'),
      'is protected by a pass phrase: enter it without one',
    )
    .regex(isPrivateKey, 'is no private key in PEM form: those begin with -----BEGIN PRIVATE KEY-----'),
  /** Of a web sign-in that was made elsewhere. */
  SWITCHYARD_SALESFORCE_REFRESH_TOKEN: text,
} as const;

const auth = 'SWITCHYARD_SALESFORCE_AUTH';

/** Makes the key and the certificate of a sign-in by certificate, good for two years. */
const certificateCommand =
  'openssl req -x509 -newkey rsa:2048 -sha256 -days 730 -nodes -subj "/CN=Switchyard" -keyout switchyard-key.pem -out switchyard-certificate.crt';

export const salesforceGuide = {
  system: 'salesforce',
  title: 'Salesforce',
  purpose: 'Finds leads, accounts and opportunities, and corrects the owner of a lead.',
  steps: [
    {
      text: 'Give Switchyard a user of its own, so that Salesforce’s history says who changed an owner: Setup → Users → New User. The licence Salesforce Integration, with the permission set licence Salesforce API Integration, does for a certificate or client credentials; a sign-in in the browser needs the licence Salesforce.',
      link: {
        label: 'About users for integrations',
        url: 'https://help.salesforce.com/s/articleView?id=platform.integration_user.htm',
      },
    },
    {
      text: 'Setup → Permission Sets → New: give what is listed under Permissions, and assign it to that user. Sharing has to show the user the leads that it is to correct; View All on Lead does.',
    },
    {
      text: 'Setup → App Manager → New External Client App: any name, distribution Local, and Enable OAuth with this callback URL.',
      link: {
        label: 'Create an external client app',
        url: 'https://help.salesforce.com/s/articleView?id=xcloud.create_a_local_external_client_app.htm',
      },
      copy: { label: 'Callback URL', text: salesforceCallbackUrl },
    },
    {
      text: 'OAuth scopes: Manage user data via APIs (api). For a sign-in in the browser or by certificate also Perform requests at any time (refresh_token, offline_access).',
    },
    {
      text: 'To sign in in the browser: under Security leave Require Proof Key for Code Exchange (PKCE) on and switch Require Secret for Web Server Flow and for Refresh Token Flow off (or enter the consumer secret here); under Policies let refresh tokens be valid until revoked. Enable Refresh Token Rotation may be on.',
    },
    {
      text: 'To sign in by certificate: make a key and a certificate, upload the certificate under Enable JWT Bearer Flow, and under Policies choose Admin approved users are pre-authorized with the permission set from above.',
      copy: { label: 'Make a key and a certificate', text: certificateCommand },
    },
    {
      text: 'For client credentials: Enable Client Credentials Flow, and under Policies name the user from above in Run As.',
    },
    {
      text: 'External Client App Manager → the app → Settings → OAuth Settings → Consumer Key and Secret shows what to enter here. A new app is known to Salesforce after about ten minutes. A sandbox has users, permission sets and apps of its own.',
    },
    {
      text: 'To see earlier owners: Setup → Object Manager → Lead → Fields & Relationships → Set History Tracking, with Lead Owner.',
    },
  ],
  permissions: [
    { name: 'API Enabled', why: 'Without it Salesforce refuses every call.' },
    { name: 'Lead: Read, Edit', why: 'Reads the lead and writes its owner; no other field is ever written.' },
    { name: 'Lead: View All', why: 'Finds leads whoever owns them, and duplicates with other owners.' },
    { name: 'Transfer Leads', why: 'Gives a lead that somebody else owns to its new owner.' },
    {
      name: 'Lead fields: Read',
      why: 'E-mail, company, website, address, industry, employees, revenue, lead source: what rules ask for. A hidden field counts as unknown.',
    },
    { name: 'Account: Read', why: 'Matches the lead’s company with the account and its owner.' },
    { name: 'Opportunity: Read', why: 'Sees open opportunities, which may need an approval.' },
    { name: 'View All Users', why: 'Finds owners by e-mail, and sees who is active.' },
    { name: 'Campaign: Read', why: 'Shows where the lead came from. May be left out.' },
    {
      name: 'Duplicate Record Set, Duplicate Record Item: Read',
      why: 'Takes in what your duplicate rules have found. May be left out.',
    },
    {
      name: 'Sales Territories',
      why: 'Shows the territories of leads and accounts, where your organisation uses them. Nothing to give.',
    },
  ],
  fields: [
    {
      variable: 'SWITCHYARD_SALESFORCE_LOGIN_URL',
      label: 'My Domain',
      kind: 'address',
      isRequired: true,
      placeholder: 'https://acme.my.salesforce.com',
      help: 'Setup → My Domain shows it; the address of any Lightning page does as well. A sandbox looks like https://acme--uat.sandbox.my.salesforce.com.',
      isSecretsTarget: true,
    },
    {
      variable: auth,
      label: 'How Switchyard signs in',
      kind: 'choice',
      isRequired: false,
      default: 'client-credentials',
      help: 'In the browser is the quickest; by certificate needs no renewal by a person and suits an agent on a server.',
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
      placeholder: '3MVG9…',
      help: 'Of the app: Settings → OAuth Settings → Consumer Key and Secret.',
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_CLIENT_SECRET',
      label: 'Consumer secret',
      kind: 'secret',
      isRequired: true,
      help: 'Beside the consumer key.',
      onlyWhen: { variable: auth, values: ['client-credentials'] },
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_CLIENT_SECRET',
      label: 'Consumer secret',
      kind: 'secret',
      isRequired: false,
      help: 'Only where the app demands it for the web server flow.',
      onlyWhen: { variable: auth, values: ['web'] },
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_USERNAME',
      label: 'User name',
      kind: 'text',
      isRequired: true,
      placeholder: 'switchyard@acme.com',
      help: 'Of the user that Switchyard acts as: Setup → Users. In a sandbox it ends with the sandbox’s name.',
      onlyWhen: { variable: auth, values: ['jwt'] },
    },
    {
      variable: 'SWITCHYARD_SALESFORCE_PRIVATE_KEY',
      label: 'Private key',
      kind: 'secret file',
      isRequired: true,
      help: 'The file switchyard-key.pem from above, whole, with its first and last line.',
      onlyWhen: { variable: auth, values: ['jwt'] },
    },
  ],
  signIn: {
    label: 'Sign in to Salesforce',
    help: 'With the user that Switchyard is to act as, not with your own.',
    ways: ['browser'],
    onlyWhen: { variable: auth, values: ['web'] },
  },
} satisfies SetUpGuide;
