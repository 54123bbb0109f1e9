import { z } from 'zod';
import type { AppError } from '../../../../shared/model/errors.ts';
import { salesforceCallbackUrl } from '../../../../shared/model/salesforce-sign-in.ts';
import type { VendorReply } from '../vendor-fetch.ts';
import { bareReply, failure } from './errors.ts';

/** Errors of the token endpoint are an object, those of the data a list. */
const TokenError = z.object({ error: z.string(), error_description: z.string().optional() });
type TokenError = z.output<typeof TokenError>;

/** Farther apart than this, a token that lives for three minutes may be over on arrival. */
const toleratedSkewMs = 60_000;

const signInAgain = 'Sign in again: Connectors → Salesforce → Sign in.';

/** What is wrong, told from Salesforce's code or from its words, which say more. The first that fits counts. */
const meanings: readonly { fits: RegExp; words: string }[] = [
  {
    fits: /no client credentials user/i,
    words:
      "The app has no user to run as: name one in the app's policies, under Client Credentials Flow → Run As.",
  },
  {
    fits: /not supported on this domain/i,
    words:
      "Client credentials are given out only at the organisation's own address: enter the My Domain (https://….my.salesforce.com) instead of a login page.",
  },
  {
    fits: /hasn't approved this consumer|not admin approved|invalid_app_access/i,
    words:
      "The user may not use the app: in the app's policies choose that admin approved users are pre-authorized, and add a permission set or profile of the user.",
  },
  {
    fits: /expired access\/refresh token|token (?:is )?revoked|inactive.*token/i,
    words: `The sign-in was ended or has expired. ${signInAgain}`,
  },
  {
    fits: /redirect_uri|callback/i,
    words: `The app has to name this callback URL, letter for letter: ${salesforceCallbackUrl}`,
  },
  {
    fits: /audience/i,
    words:
      'The address belongs to another kind of organisation: check whether it is a sandbox, and enter its My Domain.',
  },
  {
    fits: /invalid_client_id|client identifier/i,
    words:
      'Salesforce knows no app with this consumer key. Check the key; a new app is known after about ten minutes, and a sandbox has apps of its own.',
  },
  {
    fits: /invalid_client(?!_)|client credentials/i,
    words:
      "The consumer secret is not the app's, or the app demands one and none was sent. Copy it anew from the app's Consumer Key and Secret.",
  },
  {
    fits: /unsupported_grant_type|grant type/i,
    words: 'This way of signing in is switched off in the app: switch it on under Flow Enablement.',
  },
  { fits: /inactive.?org/i, words: 'The organisation is closed, locked or moved: ask its administrator.' },
  {
    fits: /inactive.?user|user is inactive/i,
    words: 'The user was deactivated in Salesforce: activate it, or enter another.',
  },
  {
    fits: /locked/i,
    words: 'The user is locked out after failed sign-ins: have it unlocked in Setup → Users.',
  },
  {
    fits: /\bip\b|restricted/i,
    words:
      "Salesforce takes sign-ins of this user from other networks only: have this machine's address added to the login IP ranges, or relax IP restrictions in the app's policies.",
  },
  {
    fits: /login hours/i,
    words: 'The user may sign in only at other hours: have the login hours of its profile widened.',
  },
  {
    fits: /assertion|signature/i,
    words:
      'The key does not fit the app, or the assertion is not accepted: the app has to hold the certificate of just this key, and the certificate must not have expired.',
  },
  {
    fits: /code/i,
    words: `The sign-in took too long or was used before. ${signInAgain}`,
  },
  {
    fits: /authentication failure/i,
    words:
      'The user cannot sign in: check the user name, that the user is active, and Setup → Login History, which names the cause.',
  },
];

/**
 * The error for an answer of the token endpoint that is no success: `vendor_auth` with what has to be set right,
 * `vendor_busy`, `vendor_unreachable` or `vendor_garbled`. `now` is this machine's time: where it is far from
 * Salesforce's, that is said first, as nothing that carries a time is accepted then.
 */
export function tokenRefusal(reply: VendorReply, now: Date): AppError {
  const { status } = reply;
  const refusal = readTokenError(reply.text);
  const errorCode = refusal?.error ?? `HTTP ${status}`;
  if (status === 429 || errorCode === 'rate_limit_exceeded') {
    const message = `Salesforce takes no more sign-ins for a moment (${errorCode}). It is tried again by itself.`;
    return failure(reply, { code: 'vendor_busy', message, errorCode });
  }
  if (status >= 500 || errorCode === 'server_error' || errorCode === 'temporarily_unavailable') {
    const message = `Salesforce's sign-in is not available (${errorCode}). See status.salesforce.com if this goes on.`;
    return failure(reply, { code: 'vendor_unreachable', message, errorCode });
  }
  if (refusal === null) return bareReply(status);
  const message = `Salesforce does not accept the sign-in: ${saidIn(refusal)}. ${skewWords(reply, now) ?? meaningOf(refusal)}`;
  return failure(reply, { code: 'vendor_auth', message, errorCode });
}

function readTokenError(text: string): TokenError | null {
  try {
    return TokenError.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function saidIn({ error, error_description: description }: TokenError): string {
  return description === undefined ? error : `"${description}" (${error})`;
}

export function meaningOf({ error, error_description: description = '' }: TokenError): string {
  const said = `${error} ${description}`;
  return (
    meanings.find(({ fits }) => fits.test(said))?.words ??
    "Check the consumer key and the app's OAuth settings, and Setup → Login History, which names the cause."
  );
}

function skewWords({ headers }: VendorReply, now: Date): string | null {
  const theirs = Date.parse(headers.get('date') ?? '');
  const skewMs = now.getTime() - theirs;
  if (Number.isNaN(skewMs) || Math.abs(skewMs) <= toleratedSkewMs) return null;
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  return `This machine's clock is ${minutes === 1 ? 'a minute' : `${minutes} minutes`} ${direction} Salesforce's, so that what it signs counts as expired or not yet valid. Set the clock right.`;
}
