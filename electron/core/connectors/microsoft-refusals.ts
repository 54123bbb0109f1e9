import { AppError } from '../../../shared/model/errors.ts';

/** Where an app is registered and allowed things. */
export const entra = 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps';

const appPages = {
  'API permissions': 'CallAnAPI',
  'Certificates & secrets': 'Credentials',
  Authentication: 'Authentication',
  Overview: 'Overview',
} as const;
export type EntraPage = keyof typeof appPages;

/** The app's page in Entra. */
export function entraPage(clientId: string, page: EntraPage): string {
  return `${entra}/ApplicationMenuBlade/~/${appPages[page]}/appId/${encodeURIComponent(clientId)}`;
}

/** What Entra's codes mean and what to do; by number, as they stand in its words: `AADSTS65004: …`. */
const meanings: Readonly<Record<string, string>> = {
  16000:
    'Several accounts are signed in to this browser. Sign in again, and choose the account that is to post.',
  50011:
    'The app does not allow the sign-in to come back to this machine. In Entra, under Authentication, add the platform Mobile and desktop applications with http://localhost.',
  50020:
    'That account belongs to another organisation. Sign in with one of the directory that the app is registered in.',
  50034:
    'That account is not in the directory. Sign in with one of the directory that the app is registered in.',
  50053: 'The account is locked after too many wrong passwords. Wait, or have an administrator unlock it.',
  50055: 'The account’s password has expired. Set a new one at Microsoft, then sign in again.',
  50057: 'The account is disabled. Have an administrator enable it, or sign in with another one.',
  50072:
    'The account has to set up a second factor first. Do that at https://aka.ms/mfasetup, then sign in again.',
  50074: 'The organisation asks for a second factor. Sign in again, in a browser, and confirm it.',
  50076: 'The organisation asks for a second factor. Sign in again, in a browser, and confirm it.',
  50079:
    'The account has to set up a second factor first. Do that at https://aka.ms/mfasetup, then sign in again.',
  50105:
    'The account is not assigned to the app. In Entra, under Enterprise applications, assign it, or switch the assignment off.',
  50126: 'The account’s name or password is wrong.',
  50158: 'The organisation asks for one more confirmation. Sign in again, in a browser.',
  50173: 'The account’s password was changed, or its sessions were ended.',
  53000:
    'Conditional access lets this account in only from a device that complies. Sign in on such a device, or have an administrator exempt the account.',
  53001:
    'Conditional access lets this account in only from a device of the organisation. Sign in on such a device, or have an administrator exempt the account.',
  53003:
    'Conditional access blocks this sign-in. Have an administrator look at the account’s sign-in log in Entra, and exempt it or the app; a sign-in by code is often blocked where one in the browser is not.',
  65001:
    'Nobody has consented to the app’s permissions. In Entra, under API permissions, grant admin consent.',
  65004:
    'The permissions were refused when signing in. Sign in again and accept them, or have an administrator grant consent in Entra.',
  70000: 'The sign-in is not valid any more.',
  70008: 'The sign-in has expired.',
  70020: 'The code was not entered in time. Sign in again to get a new one.',
  70043: 'The organisation ends sign-ins after a while.',
  700016:
    'There is no app with this client id in this directory. Compare both ids with the app’s overview in Entra.',
  700082: 'The account was not used for so long that its sign-in has expired.',
  700084: 'The sign-in has reached the age at which it ends.',
  7000112: 'The app is disabled. In Entra, under Enterprise applications, enable it.',
  7000215:
    'The client secret is not the app’s. Copy the secret’s value (not its id) from Certificates & secrets in Entra.',
  7000218:
    'The app does not allow an account to sign in without its secret. In Entra, under Authentication, allow public client flows.',
  7000222:
    'The client secret has expired. Create a new one in Entra, under Certificates & secrets, and enter it.',
  90002: 'There is no such directory. Copy the directory (tenant) id from the app’s overview in Entra.',
  90072:
    'That account belongs to another organisation. Sign in with one of the directory that the app is registered in.',
  90094:
    'Only an administrator may consent to these permissions. In Entra, under API permissions, grant admin consent.',
  900023: 'That is no directory id. Copy the directory (tenant) id from the app’s overview in Entra.',
};

/** Where OAuth's own code says it, and Entra gives no number; MSAL puts it among its own words. */
const meaningsOfCodes: Readonly<Record<string, string>> = {
  access_denied:
    'The permissions were refused when signing in. Sign in again and accept them, or have an administrator grant consent in Entra.',
  authorization_declined: 'The sign-in was refused where the code was entered. Sign in again and accept it.',
  device_code_expired: 'The code was not entered in time. Sign in again to get a new one.',
  expired_token: 'The code was not entered in time. Sign in again to get a new one.',
};

/** How a refused sign-in is told. */
export interface RefusalWords {
  /** What happened: a sentence. */
  happened: string;
  /** What to look at where Microsoft's reason is not known here: a sentence. */
  otherwise: string;
  /** What to do in any case: a sentence, or nothing. */
  next: string;
}

/**
 * Why Microsoft's sign-in refused, as `vendor_auth`: what it means and what to do where that is known, else what to look
 * at with Microsoft's own words. `details` holds OAuth's code and Entra's number.
 */
export function signInRefusal(
  vendor: string,
  { happened, otherwise, next }: RefusalWords,
  { code, words }: { code: string | null; words: string },
): AppError {
  const number = /AADSTS(\d+)/.exec(words)?.[1] ?? null;
  const named = Object.entries(meaningsOfCodes).find(([name]) => name === code || words.includes(name));
  const known = meanings[number ?? ''] ?? named?.[1];
  // Entra's words end with ids and a time stamp on lines of their own.
  const said = words.split(/\r?\n| Trace ID:/, 1)[0]?.slice(0, 600) ?? '';
  const reason = known ?? (said === '' ? otherwise : `${otherwise} It says: ${said}`);
  const shownNumber = known === undefined || number === null ? '' : ` (AADSTS${number})`;
  const message = [happened, reason + shownNumber, next].filter((part) => part !== '').join(' ');
  return new AppError('vendor_auth', message, { details: { vendor, error: code, number } });
}
