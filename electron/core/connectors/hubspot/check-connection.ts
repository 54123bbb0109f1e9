import type { ConnectionCheck } from '../../../../shared/model/connection.ts';
import { type AppError, toAppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import type { HubspotApi } from './api.ts';
import { portalOf } from './portal.ts';

/** What is tried, what scope it needs, and the call that needs it; the call tells what was found. */
interface Trial {
  id: string;
  title: string;
  scope: string;
  call: () => Promise<string | null>;
}

const contactsScope = 'crm.objects.contacts.read';
const writeScope = 'crm.objects.contacts.write';
/** Where the account is not known: HubSpot leads on to the one that the reader is signed in to. */
const anyAccountsKeysUrl = 'https://app.hubspot.com/l/service-keys';

/** Tries the token, then each scope by a read of its own; the right to write is looked up, never tried. */
export async function* checkConnection(
  api: HubspotApi,
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const { check, keysUrl } = await checkSignIn(api, call);
  yield check;
  const isSignedIn = check.state === 'ok';
  const found: { contactId: string | null } = { contactId: null };
  for (const trial of trialsOf(api, call, found)) {
    yield isSignedIn
      ? await tryScope(trial, keysUrl)
      : skipped(trial, 'Tried as soon as HubSpot takes the token.');
  }
  yield isSignedIn
    ? await checkWriting(api, call, keysUrl)
    : skipped(writing, 'Tried as soon as HubSpot takes the token.');
}

async function checkSignIn(
  api: HubspotApi,
  call: CallOptions,
): Promise<{ check: ConnectionCheck; keysUrl: string }> {
  const about = { id: 'sign-in', title: 'Sign in' };
  try {
    const account = await api.readAccount(call);
    const detail = `Account ${account.portalId}, at ${account.uiDomain}.`;
    return { check: passed(about, detail), keysUrl: portalOf(account).keysUrl };
  } catch (thrown) {
    const error = expected(thrown);
    const keysUrl = anyAccountsKeysUrl;
    if (error.code === 'vendor_refused') {
      const detail = `HubSpot takes the token, but does not tell the account, so records get no links. ${error.message}`;
      return { check: passed(about, detail), keysUrl };
    }
    if (error.code !== 'vendor_auth') return { check: failed(about, error), keysUrl };
    const text = 'Copy the service key, or the access token of the private app, from HubSpot again.';
    return { check: missing(about, error, { text, url: keysUrl }), keysUrl };
  }
}

function trialsOf(api: HubspotApi, call: CallOptions, found: { contactId: string | null }): Trial[] {
  return [
    {
      id: 'read-contacts',
      title: 'Read contacts',
      scope: contactsScope,
      call: async () => {
        found.contactId = await api.tryContacts(call);
        return found.contactId === null ? 'There is no contact yet.' : null;
      },
    },
    {
      id: 'search-contacts',
      title: 'Search contacts',
      scope: contactsScope,
      call: () => api.tryContactSearch(call).then(() => null),
    },
    {
      id: 'read-companies',
      title: 'Read companies',
      scope: 'crm.objects.companies.read',
      call: () => api.tryCompanies(call).then(() => null),
    },
    {
      id: 'read-associations',
      title: 'Read the companies of a contact',
      scope: contactsScope,
      call: async () => {
        if (found.contactId === null) return notTried;
        const companies = await api.readCompanyIds([found.contactId], call);
        return companies.size === 0 ? 'The contact that was tried has no company.' : null;
      },
    },
    {
      id: 'read-owners',
      title: 'Read owners',
      scope: 'crm.objects.owners.read',
      call: () => api.tryOwners(call).then(() => null),
    },
  ];
}

const notTried = 'There was no contact to try it with.';

async function tryScope(trial: Trial, keysUrl: string): Promise<ConnectionCheck> {
  try {
    const detail = await trial.call();
    return detail === notTried ? skipped(trial, notTried) : passed(trial, detail);
  } catch (thrown) {
    const error = expected(thrown);
    if (error.code !== 'vendor_refused') return failed(trial, error);
    return missing(trial, error, addScope(trial.scope, keysUrl));
  }
}

const writing = { id: 'change-owners', title: 'Change the owner of a contact' };

async function checkWriting(api: HubspotApi, call: CallOptions, keysUrl: string): Promise<ConnectionCheck> {
  try {
    const scopes = await api.readScopes(call);
    if (scopes.includes(writeScope)) return passed(writing, `The token carries ${writeScope}.`);
    const detail = `The token does not carry ${writeScope}.`;
    return { ...writing, state: 'missing', detail, remedy: addScope(writeScope, keysUrl) };
  } catch (thrown) {
    const { message } = expected(thrown);
    const why =
      'Only a change would show it, and none is made for a test. HubSpot did not tell the scopes of the token';
    return skipped(writing, `${why}: ${message}`);
  }
}

function addScope(scope: string, url: string): ConnectionCheck['remedy'] {
  return { text: `Add the scope ${scope} to the service key or private app, and save it.`, url };
}

type About = Pick<ConnectionCheck, 'id' | 'title'>;

const passed = ({ id, title }: About, detail: string | null): ConnectionCheck => ({
  id,
  title,
  state: 'ok',
  detail,
  remedy: null,
});

const skipped = ({ id, title }: About, detail: string): ConnectionCheck => ({
  id,
  title,
  state: 'skipped',
  detail,
  remedy: null,
});

const failed = ({ id, title }: About, { message }: AppError): ConnectionCheck => ({
  id,
  title,
  state: 'failed',
  detail: message,
  remedy: null,
});

const missing = (
  { id, title }: About,
  { message }: AppError,
  remedy: ConnectionCheck['remedy'],
): ConnectionCheck => ({ id, title, state: 'missing', detail: message, remedy });

/** A vendor's failure is a result; a cancelled call and a defect of ours are not. */
function expected(thrown: unknown): AppError {
  const error = toAppError(thrown);
  if (error.code === 'cancelled' || error.code === 'internal') throw thrown;
  return error;
}
