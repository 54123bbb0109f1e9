import { AppError } from '../../../shared/model/errors.ts';
import type { Config } from '../config.ts';
import { refreshTokenIn } from '../connectors/microsoft-sign-in.ts';
import { teamsSignIn } from '../connectors/teams/client.ts';
import type { Log } from '../ports.ts';
import { createTokenStore } from '../token-store.ts';
import type { Terminal } from './terminal.ts';

export interface SignInCommand {
  config: Config;
  /** In a browser on this machine, instead of by a code that is entered on any other. */
  isBrowser: boolean;
  log: Log;
}

/**
 * Signs in the account that posts in Teams, and writes what a machine without a keychain needs in its environment to
 * standard output. Throws `invalid_input` where Teams is not configured, `vendor_auth` where nobody signed in.
 */
export async function runSignIn(
  { config, isBrowser, log }: SignInCommand,
  { stdout, stderr }: Terminal = process,
): Promise<number> {
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
    ? await signIn.signInInBrowser(
        async (url) => void stderr.write(`Open this address to sign in:\n${url}\n`),
      )
    : await signIn.signInByCode(({ message }) => stderr.write(`${message}\n`));
  const refreshToken = refreshTokenIn((await tokens.read()) ?? '{}');
  if (refreshToken === null) {
    throw new AppError(
      'vendor_auth',
      'Microsoft gave no token that outlasts this run. Allow the app the permission offline_access, and sign in again.',
    );
  }
  stderr.write(
    `${email} is signed in. Put the next line into the environment of the agent; it is a secret.\n`,
  );
  stdout.write(`SWITCHYARD_TEAMS_REFRESH_TOKEN=${refreshToken}\n`);
  return 0;
}
