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
type SealedSecrets = z.infer<typeof SealedSecrets>;

const noKeychain =
  'This desktop has no keychain that Switchyard could keep secrets in. Install and unlock one (on Linux GNOME ' +
  'Keyring or KWallet) and start Switchyard again, or give the secrets as environment variables.';

/**
 * Secrets in a file that only the keychain of the signed-in person can open. `get` and `set` throw `forbidden` where
 * this machine has no keychain: a secret is never stored in clear text.
 */
export function createKeychainSecrets(keychain: Keychain, file: string): SecretStore {
  let changing: Promise<unknown> = Promise.resolve();

  /** One change after the other: each replaces the whole file. */
  function change(work: (secrets: SealedSecrets) => SealedSecrets): Promise<void> {
    const mine = changing.then(async () => writeSealed(file, work(await readSealed(file))));
    changing = mine.catch(() => undefined);
    return mine;
  }

  return {
    problem: () => problemOf(keychain),
    async get(name) {
      const sealed = (await readSealed(file))[name];
      if (sealed === undefined) return null;
      requireKeychain(keychain);
      return unsealed(keychain, name, sealed);
    },
    async set(name, value) {
      requireKeychain(keychain);
      await change((secrets) => ({ ...secrets, [name]: keychain.encryptString(value).toString('base64') }));
    },
    delete: (name) => change(({ [name]: _deleted, ...others }) => others),
  };
}

/** `basic_text` seals with a password that everybody knows, so it counts as none. */
function problemOf(keychain: Keychain): string | null {
  const isClearText = keychain.getSelectedStorageBackend?.() === 'basic_text';
  return keychain.isEncryptionAvailable() && !isClearText ? null : noKeychain;
}

function requireKeychain(keychain: Keychain): void {
  const problem = problemOf(keychain);
  if (problem !== null) throw new AppError('forbidden', problem);
}

function unsealed(keychain: Keychain, name: string, sealed: string): string {
  try {
    return keychain.decryptString(Buffer.from(sealed, 'base64'));
  } catch (thrown) {
    throw new AppError(
      'forbidden',
      `The keychain does not open what is kept as ${name}: it was sealed by another keychain, or this one is locked. Unlock it and start Switchyard again, or enter the secret anew: Connectors.`,
      { cause: thrown },
    );
  }
}

async function writeSealed(file: string, secrets: SealedSecrets): Promise<void> {
  const beside = `${file}.new`;
  await writeFile(beside, JSON.stringify(secrets), { mode: 0o600, flush: true });
  await rename(beside, file);
}

async function readSealed(file: string): Promise<SealedSecrets> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return {};
    throw thrown;
  }
  try {
    return SealedSecrets.parse(JSON.parse(text));
  } catch (thrown) {
    throw new AppError(
      'forbidden',
      `The file of the kept secrets, ${file}, is damaged. Move it away, start Switchyard again, and enter the secrets anew: Connectors.`,
      { cause: thrown },
    );
  }
}
