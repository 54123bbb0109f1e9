import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { AppError } from '../../../../shared/model/errors.ts';
import { vendor } from './errors.ts';

/** Salesforce takes no assertion that lives for longer. */
const lifetimeSeconds = 180;

export interface AssertionClaims {
  /** The app's consumer key. */
  clientId: string;
  /** Whom the program acts as. */
  username: string;
  /** See `assertionAudience`. */
  audience: string;
  now: Date;
}

/**
 * A JWT by which the program signs in as a user without a password (RFC 7523, RS256). Throws `vendor_auth` where the
 * key is none that Salesforce takes. Source: Salesforce Help, "OAuth 2.0 JWT Bearer Flow".
 */
export function signAssertion(
  { clientId, username, audience, now }: AssertionClaims,
  privateKey: string,
): string {
  const key = readKey(privateKey);
  const expiresAt = Math.floor(now.getTime() / 1000) + lifetimeSeconds;
  const signed = [{ alg: 'RS256' }, { iss: clientId, sub: username, aud: audience, exp: expiresAt }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

/** An environment variable may hold the line ends of the PEM text as `\n`. */
function readKey(privateKey: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(privateKey.replace(/\\n/g, '\n'));
  } catch {
    throw unusable('cannot be read: it has to be the whole PEM text, without a pass phrase');
  }
  if (key.asymmetricKeyType !== 'rsa') throw unusable('is no RSA key, and Salesforce takes no other');
  return key;
}

function unusable(why: string): AppError {
  return new AppError(
    'vendor_auth',
    `The private key for Salesforce ${why}. Enter the key whose certificate the app holds.`,
    { details: { vendor } },
  );
}
