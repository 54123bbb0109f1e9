import type { ConnectedSystem } from '../../shared/model/connection.ts';
import { toAppError } from '../../shared/model/errors.ts';
import type { Log, SecretStore, TokenStore } from './ports.ts';

/** The tokens of an account, with how to sign it out on this machine. */
export interface AccountTokens extends TokenStore {
  forget(): Promise<void>;
}

/**
 * Keeps the tokens of a signed-in account among the secrets, and in memory where this machine has no place for
 * secrets: then the account has to sign in again after a restart, or its refresh token stands in the environment.
 */
export function createTokenStore(name: string, secrets: SecretStore | null, log: Log): AccountTokens {
  let kept: string | null = null;
  return {
    async read() {
      kept ??= (await secrets?.get(name)) ?? null;
      return kept;
    },
    async write(tokens) {
      kept = tokens;
      try {
        await secrets?.set(name, tokens);
      } catch (thrown) {
        const { code, message } = toAppError(thrown);
        log.warn({ name, code }, `A sign-in cannot be kept beyond this run. ${message}`);
      }
    },
    async forget() {
      kept = null;
      await secrets?.delete(name);
    },
  };
}

/** The tokens of each system's account; there is one keeper of each, so that a renewed token is seen by everybody. */
export function createAccountTokens(
  secrets: SecretStore | null,
  log: Log,
): Readonly<Record<ConnectedSystem, AccountTokens>> {
  const of = (system: ConnectedSystem) => createTokenStore(`${system} account`, secrets, log);
  return {
    slack: of('slack'),
    teams: of('teams'),
    salesforce: of('salesforce'),
    hubspot: of('hubspot'),
    confluence: of('confluence'),
    sharepoint: of('sharepoint'),
  };
}
