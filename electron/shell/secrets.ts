import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../shared/model/errors.ts';
import type { SecretStore } from '../core/ports.ts';

/** What is used of Electron's `safeStorage`. */
export interface Keychain {
  isEncryptionAvailable(): boolean;
  /** Linux only. */
  getSelectedStorageBackend?(): string;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
}

/** Name → base64 of what the keychain sealed. */
const SealedSecrets = z.record(z.string(), z.string());

/**
 * Secrets in a file that only the keychain of the signed-in person can open. `set` throws `forbidden` where this
 * machine has no keychain: a secret is never stored in clear text.
 */
export function createKeychainSecrets(keychain: Keychain, file: string): SecretStore {
  return {
    async get(name) {
      const sealed = (await readSealed(file))[name];
      if (sealed === undefined) return null;
      requireKeychain(keychain);
      return keychain.decryptString(Buffer.from(sealed, 'base64'));
    },
    async set(name, value) {
      requireKeychain(keychain);
      const secrets = await readSealed(file);
      secrets[name] = keychain.encryptString(value).toString('base64');
      const beside = `${file}.new`;
      await writeFile(beside, JSON.stringify(secrets), { mode: 0o600 });
      await rename(beside, file);
    },
  };
}

/** `basic_text` seals with a password that everybody knows, so it counts as none. */
function requireKeychain(keychain: Keychain): void {
  const isClearText = keychain.getSelectedStorageBackend?.() === 'basic_text';
  if (keychain.isEncryptionAvailable() && !isClearText) return;
  throw new AppError(
    'forbidden',
    'This desktop has no keychain that Switchyard could keep secrets in. Install and unlock one (on Linux GNOME ' +
      'Keyring or KWallet), or give the secrets as environment variables.',
  );
}

async function readSealed(file: string): Promise<z.infer<typeof SealedSecrets>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  return SealedSecrets.parse(JSON.parse(text));
}
