import type { ConnectionCheck } from '../../../../shared/model/connection.ts';
import { AppError } from '../../../../shared/model/errors.ts';
import { lacking, skipped, type Trial, tryOut } from '../connection-trial.ts';
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
  let keysUrl = anyAccountsKeysUrl;
  const signIn = await tryOut(
    {
      id: 'sign-in',
      title: 'Sign in',
      remedy: {
        text: 'Copy the service key, or the access token of the private app, from HubSpot again.',
        url: keysUrl,
      },
    },
    async () => {
      const account = await readAccount(api, call);
      if (typeof account === 'string') return account;
      keysUrl = portalOf(account).keysUrl;
      return `Account ${account.portalId}, at ${account.uiDomain}.`;
    },
  );
  yield signIn;
  const trials = trialsOf(keysUrl);
  if (signIn.state !== 'ok') {
    for (const trial of Object.values(trials)) yield skipped(trial, afterSignIn);
    return;
  }
  let contactId: string | null = null;
  yield await tryOut(trials.readContacts, async () => {
    contactId = await api.tryContacts(call);
    return contactId === null ? 'There is no contact yet.' : null;
  });
  yield await tryOut(trials.searchContacts, () => nothingToTell(api.tryContactSearch(call)));
  yield await tryOut(trials.readCompanies, () => nothingToTell(api.tryCompanies(call)));
  yield await checkAssociations(api, trials.readAssociations, { contactId, call });
  yield await tryOut(trials.readOwners, () => nothingToTell(api.tryOwners(call)));
  yield await checkWriting(api, trials.changeOwners, call);
}

/** The account, or why it is not told although the token was taken. */
async function readAccount(api: HubspotApi, call: CallOptions) {
  try {
    return await api.readAccount(call);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'vendor_refused') throw thrown;
    return `HubSpot takes the token, but does not tell the account, so records get no links. ${thrown.message}`;
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
