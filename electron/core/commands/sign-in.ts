import { AppError } from '../../../shared/model/errors.ts';
import type { Config } from '../config.ts';
import { refreshTokenIn } from '../connectors/microsoft-sign-in.ts';
import { salesforceRefreshTokenIn, salesforceSignIn } from '../connectors/salesforce/web-sign-in.ts';
import { teamsSignIn } from '../connectors/teams/client.ts';
import { type Log, systemClock } from '../ports.ts';
import { createTokenStore } from '../token-store.ts';
import type { Terminal } from './terminal.ts';

export const signInSystems = ['teams', 'salesforce'] as const;
export type SignInSystem = (typeof signInSystems)[number];

export interface SignInCommand {
  system: SignInSystem;
  config: Config;
  /** To Teams: in a browser on this machine, instead of by a code that is entered on any other. */
  isBrowser: boolean;
  log: Log;
}

interface SignedIn {
  account: string;
  /** For the environment; null where the vendor gave none. */
  refreshToken: string | null;
}

const variables = {
  teams: 'SWITCHYARD_TEAMS_REFRESH_TOKEN',
  salesforce: 'SWITCHYARD_SALESFORCE_REFRESH_TOKEN',
} as const satisfies Record<SignInSystem, string>;

/**
 * Signs in the account that posts in Teams or acts in Salesforce, and writes what a machine without a keychain needs in
 * its environment to standard output. Throws `invalid_input` where the system is not configured so, `vendor_auth`
 * where nobody signed in.
 */
export async function runSignIn(
  command: SignInCommand,
  { stdout, stderr }: Terminal = process,
): Promise<number> {
  const { system } = command;
  const say = (text: string) => void stderr.write(`${text}\n`);
  const signIn = system === 'teams' ? signInToTeams : signInToSalesforce;
  const { account, refreshToken } = await signIn(command, say);
  if (refreshToken === null) {
    throw new AppError(
      'vendor_auth',
      'No token was given that outlasts this run. Allow the app the permission offline_access, and sign in again.',
    );
  }
  say(`${account} is signed in. Put the next line into the environment of the agent; it is a secret.`);
  stdout.write(`${variables[system]}=${refreshToken}\n`);
  return 0;
}

async function signInToTeams(
  { config, isBrowser, log }: SignInCommand,
  say: (text: string) => void,
): Promise<SignedIn> {
  const { teams } = config.connectors;
  if (teams === null) {
    throw new AppError(
      'invalid_input',
      'Teams is not configured. Set SWITCHYARD_MICROSOFT_TENANT, SWITCHYARD_MICROSOFT_CLIENT_ID, SWITCHYARD_MICROSOFT_CLIENT_SECRET and SWITCHYARD_TEAMS_CHANNELS first.',
    );
  }
  const tokens = createTokenStore('teams account', null, log);
  const { loginUrl, tenantId, clientId } = teams.app;
  const timeoutMs = config.vendorTimeoutMs;
  const signIn = teamsSignIn({ loginUrl, tenantId, clientId, tokens, refreshToken: null, timeoutMs, log });
  const { email } = isBrowser
    ? await signIn.signInInBrowser(askToOpen(say))
    : await signIn.signInByCode(({ message }) => say(message));
  return { account: email, refreshToken: refreshTokenIn((await tokens.read()) ?? '{}') };
}

async function signInToSalesforce(
  { config, log }: SignInCommand,
  say: (text: string) => void,
): Promise<SignedIn> {
  const { salesforce } = config.connectors;
  if (salesforce?.auth.kind !== 'web') {
    throw new AppError(
      'invalid_input',
      'Salesforce is not configured for a sign-in in the browser. Set SWITCHYARD_SALESFORCE_LOGIN_URL, SWITCHYARD_SALESFORCE_CLIENT_ID and SWITCHYARD_SALESFORCE_AUTH=web first.',
    );
  }
  const tokens = createTokenStore('salesforce account', null, log);
  const { loginUrl, auth } = salesforce;
  const { clientId, clientSecret } = auth;
  const app = { loginUrl, clientId, clientSecret, refreshToken: null };
  const timeoutMs = config.vendorTimeoutMs;
  const signIn = salesforceSignIn({ ...app, tokens, timeoutMs, clock: systemClock, log });
  const { username } = await signIn.signInInBrowser(askToOpen(say));
  return { account: username, refreshToken: salesforceRefreshTokenIn((await tokens.read()) ?? '') };
}

function askToOpen(say: (text: string) => void): (url: string) => Promise<void> {
  return async (url) => say(`Open this address to sign in:\n${url}`);
}
