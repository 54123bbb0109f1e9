import type { ConnectedSystem, SignInProgress } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { salesforceSignIn } from '../connectors/salesforce/web-sign-in.ts';
import { teamsSignIn } from '../connectors/teams/client.ts';
import type { Clock, Log, TokenStore } from '../ports.ts';
import type { ConnectorsConfig } from './connectors-config.ts';

export interface AccountSignInOptions {
  config: ConnectorsConfig;
  /** Where the account's tokens are kept. */
  tokens: TokenStore;
  timeoutMs: number;
  clock: Clock;
  log: Log;
}

/** Tells each step, and gives the account that is signed in at last. Throws `cancelled` where the signal fires. */
type SignInWork = (tell: (step: SignInProgress) => void, signal: AbortSignal) => Promise<string>;

/** How an account signs in to a system. Throws `invalid_input` where nobody can in this way. */
export function accountSignIn(
  system: ConnectedSystem,
  way: 'browser' | 'code',
  { config, tokens, timeoutMs, clock, log }: AccountSignInOptions,
): SignInWork {
  const { teams, salesforce } = config;
  if (system === 'teams' && teams) {
    const { loginUrl, tenantId, clientId } = teams.app;
    const signIn = teamsSignIn({ loginUrl, tenantId, clientId, tokens, refreshToken: null, timeoutMs, log });
    return async (tell, signal) => {
      const account =
        way === 'browser'
          ? await signIn.signInInBrowser(async (url) => tell({ step: 'open', url }), { signal })
          : await signIn.signInByCode(({ url, code }) => tell({ step: 'code', url, code }), { signal });
      return account.email;
    };
  }
  if (system === 'salesforce' && salesforce?.auth.kind === 'web' && way === 'browser') {
    const { loginUrl, auth } = salesforce;
    const signIn = salesforceSignIn({ ...auth, loginUrl, refreshToken: null, tokens, timeoutMs, clock, log });
    return async (tell, signal) => {
      const account = await signIn.signInInBrowser(async (url) => tell({ step: 'open', url }), { signal });
      return account.username;
    };
  }
  throw new AppError('invalid_input', `Nobody has to sign in to ${setUpGuides[system].title} in this way.`);
}

/** The steps as they come, the last one after `finish`; ends the work where whoever watches leaves. */
export async function* signInSteps(
  work: SignInWork,
  finish: (account: string) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<SignInProgress, void, void> {
  const left = new AbortController();
  const told: SignInProgress[] = [];
  let failure: { thrown: unknown } | null = null;
  let news = Promise.withResolvers<void>();
  const tell = (step: SignInProgress) => {
    told.push(step);
    news.resolve();
  };
  const working = work(tell, AbortSignal.any([signal, left.signal]))
    .then(async (account) => {
      await finish(account);
      tell({ step: 'done', account });
    })
    .catch((thrown: unknown) => {
      failure = { thrown };
      news.resolve();
    });
  try {
    for (;;) {
      const step = told.shift();
      if (step) {
        yield step;
        if (step.step === 'done') return;
      } else if (failure !== null) throw (failure as { thrown: unknown }).thrown;
      else {
        await news.promise;
        news = Promise.withResolvers();
      }
    }
  } finally {
    left.abort();
    await working;
  }
}
