import type { SignInProgress } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Config } from '../config.ts';
import { accountSignIn } from '../connections/account-sign-in.ts';
import { refreshTokenIn } from '../connectors/microsoft-sign-in.ts';
import { salesforceRefreshTokenIn } from '../connectors/salesforce/web-sign-in.ts';
import { type Log, systemClock } from '../ports.ts';
import { createTokenStore } from '../token-store.ts';
import type { Terminal } from './terminal.ts';

/** The systems that somebody has to sign in to. */
export const signInSystems = ['teams', 'salesforce'] as const;
export type SignInSystem = (typeof signInSystems)[number];

export interface SignInCommand {
  system: SignInSystem;
  config: Config;
  /** In a browser on this machine, instead of by a code that is entered on any other; Salesforce knows no code. */
  isBrowser: boolean;
  log: Log;
}

/** What has to be set before anybody can sign in, and where the sign-in goes then. */
const needs = {
  teams: {
    title: 'Teams',
    set: 'SWITCHYARD_MICROSOFT_TENANT, SWITCHYARD_MICROSOFT_CLIENT_ID, SWITCHYARD_MICROSOFT_CLIENT_SECRET and SWITCHYARD_TEAMS_CHANNELS',
    variable: 'SWITCHYARD_TEAMS_REFRESH_TOKEN',
    refreshTokenIn,
    lasting: 'Allow the app the permission offline_access',
  },
  salesforce: {
    title: 'Salesforce for the sign-in of a user',
    set: 'SWITCHYARD_SALESFORCE_LOGIN_URL, SWITCHYARD_SALESFORCE_CLIENT_ID and SWITCHYARD_SALESFORCE_AUTH=web',
    variable: 'SWITCHYARD_SALESFORCE_REFRESH_TOKEN',
    refreshTokenIn: salesforceRefreshTokenIn,
    lasting: 'Allow the app the scope refresh_token',
  },
} as const;

function isConfigured(system: SignInSystem, { connectors }: Config): boolean {
  return system === 'teams' ? connectors.teams !== null : connectors.salesforce?.auth.kind === 'web';
}

const stepWords = (step: SignInProgress): string => {
  if (step.step === 'open') return `Open this address to sign in:\n${step.url}\n`;
  if (step.step === 'code') return `Open ${step.url} on any machine, and enter the code ${step.code}\n`;
  return '';
};

/**
 * Signs in the account that the program acts as, and writes what a machine without a keychain needs in its environment
 * to standard output. Throws `invalid_input` where the system is not configured, `vendor_auth` where nobody signed in.
 */
export async function runSignIn(
  { system, config, isBrowser, log }: SignInCommand,
  { stdout, stderr }: Terminal = process,
): Promise<number> {
  const { title, set, variable, lasting, refreshTokenIn: tokenIn } = needs[system];
  if (!isConfigured(system, config))
    throw new AppError('invalid_input', `${title} is not configured. Set ${set} first.`);
  const tokens = createTokenStore(`${system} account`, null, log);
  const way = isBrowser || system === 'salesforce' ? 'browser' : 'code';
  const signIn = accountSignIn(system, way, {
    config: config.connectors,
    tokens,
    timeoutMs: config.vendorTimeoutMs,
    clock: systemClock,
    log,
  });
  const account = await signIn((step) => stderr.write(stepWords(step)), new AbortController().signal);
  const refreshToken = tokenIn((await tokens.read()) ?? '{}');
  if (refreshToken === null) {
    throw new AppError(
      'vendor_auth',
      `The sign-in gave no token that outlasts this run. ${lasting}, and sign in again.`,
    );
  }
  stderr.write(
    `${account} is signed in. Put the next line into the environment of the agent; it is a secret.\n`,
  );
  stdout.write(`${variable}=${refreshToken}\n`);
  return 0;
}
