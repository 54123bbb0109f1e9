import type { ConnectionCheck } from '../../../../shared/model/connection.ts';
import { AppError } from '../../../../shared/model/errors.ts';
import { lacking, skipped, type Trial, tryFor, tryOut } from '../connection-trial.ts';
import type { CallOptions } from '../connector.ts';
import type { HubspotApi } from './api.ts';
import { portalOf } from './portal.ts';

const contactsScope = 'crm.objects.contacts.read';
const writeScope = 'crm.objects.contacts.write';
/** Where the account is not known: HubSpot leads on to the one that the reader is signed in to. */
const anyAccountsKeysUrl = 'https://app.hubspot.com/service-keys';

const afterSignIn = 'Tried as soon as HubSpot takes the token.';

/** Tries the token, then each scope by a read of its own; the right to write is looked up, never tried. */
export async function* checkConnection(
  api: HubspotApi,
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const signIn = await tryFor(signInTrial, () => readAccount(api, call));
  yield signIn.check;
  const trials = trialsOf(signIn.found?.keysUrl ?? anyAccountsKeysUrl);
  if (signIn.found === null) {
    for (const trial of Object.values(trials)) yield skipped(trial, afterSignIn);
    return;
  }
  const contacts = await tryFor(trials.readContacts, async () => {
    const contactId = await api.tryContacts(call);
    return { found: contactId, detail: contactId === null ? 'There is no contact yet.' : null };
  });
  yield contacts.check;
  yield await tryOut(trials.searchContacts, () => nothingToTell(api.tryContactSearch(call)));
  yield await tryOut(trials.readCompanies, () => nothingToTell(api.tryCompanies(call)));
  yield await checkAssociations(api, trials.readAssociations, { contactId: contacts.found, call });
  yield await tryOut(trials.readOwners, () => nothingToTell(api.tryOwners(call)));
  yield await checkWriting(api, trials.changeOwners, call);
}

const signInTrial: Trial = {
  id: 'sign-in',
  title: 'Sign in',
  remedy: {
    text: 'Copy the service key, or the access token of the private app, from HubSpot again.',
    url: anyAccountsKeysUrl,
  },
};

/** Where the keys of the account are looked after; the token may be taken although HubSpot does not tell the account. */
async function readAccount(
  api: HubspotApi,
  call: CallOptions,
): Promise<{ found: { keysUrl: string }; detail: string }> {
  try {
    const account = await api.readAccount(call);
    return { found: portalOf(account), detail: `Account ${account.portalId}, at ${account.uiDomain}.` };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'vendor_refused') throw thrown;
    const detail = `HubSpot takes the token, but does not tell the account, so records get no links. ${thrown.message}`;
    return { found: { keysUrl: anyAccountsKeysUrl }, detail };
  }
}

function trialsOf(keysUrl: string) {
  const needing = (scope: string): Trial['remedy'] => ({
    text: `Add the scope ${scope} to the service key or private app, and save it.`,
    url: keysUrl,
  });
  return {
    readContacts: { id: 'read-contacts', title: 'Read contacts', remedy: needing(contactsScope) },
    searchContacts: { id: 'search-contacts', title: 'Search contacts', remedy: needing(contactsScope) },
    readCompanies: {
      id: 'read-companies',
      title: 'Read companies',
      remedy: needing('crm.objects.companies.read'),
    },
    readAssociations: {
      id: 'read-associations',
      title: 'Read the companies of a contact',
      remedy: needing(`${contactsScope} and crm.objects.companies.read`),
    },
    readOwners: { id: 'read-owners', title: 'Read owners', remedy: needing('crm.objects.owners.read') },
    changeOwners: {
      id: 'change-owners',
      title: 'Change the owner of a contact',
      remedy: needing(writeScope),
    },
  } satisfies Record<string, Trial>;
}

async function checkAssociations(
  api: HubspotApi,
  trial: Trial,
  { contactId, call }: { contactId: string | null; call: CallOptions },
): Promise<ConnectionCheck> {
  if (contactId === null) return skipped(trial, 'There is no contact to try it with.');
  return tryOut(trial, async () => {
    const companies = await api.readCompanyIds([contactId], call);
    return companies.size === 0 ? 'The contact that was tried has no company.' : null;
  });
}

/** Only a change would prove the right to change; none is made, so HubSpot is asked what the token may. */
async function checkWriting(api: HubspotApi, trial: Trial, call: CallOptions): Promise<ConnectionCheck> {
  let scopes: string[];
  try {
    scopes = await api.readScopes(call);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === 'cancelled') throw thrown;
    return skipped(
      trial,
      `Only a change would show it, and none is made for a test. HubSpot does not tell what the token may: ${thrown.message}`,
    );
  }
  return tryOut(trial, async () => {
    if (!scopes.includes(writeScope))
      throw lacking(
        'HubSpot',
        `The token does not carry ${writeScope}. One that was added just now may take some minutes to show.`,
      );
    return `The token carries ${writeScope}.`;
  });
}

async function nothingToTell(trial: Promise<void>): Promise<null> {
  await trial;
  return null;
}
