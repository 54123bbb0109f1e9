import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeychainSecrets, type Keychain } from './secrets.ts';

/** Turns the bytes around, which is enough to see that no clear text reaches the file. */
const keychain: Keychain = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text).reverse(),
  decryptString: (sealed) => Buffer.from(sealed).reverse().toString(),
};
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'switchyard-secrets-'));
  file = path.join(folder, 'secrets.json');
});
afterEach(() => rm(folder, { recursive: true }));

it('gives back what was kept, also to the next start, and null for what was not', async () => {
  await createKeychainSecrets(keychain, file).set('SWITCHYARD_SLACK_BOT_TOKEN', 'xoxb-1');
  await createKeychainSecrets(keychain, file).set('SWITCHYARD_HUBSPOT_TOKEN', 'pat-1');
  const secrets = createKeychainSecrets(keychain, file);
  const names = ['SWITCHYARD_SLACK_BOT_TOKEN', 'SWITCHYARD_HUBSPOT_TOKEN', 'OTHER'];
  expect(await Promise.all(names.map((name) => secrets.get(name)))).toEqual(['xoxb-1', 'pat-1', null]);
  expect(await readFile(file, 'utf8')).not.toContain('xoxb');
});

it('keeps nothing where the keychain would store clear text, and says what to do', async () => {
  const pretending: Keychain = { ...keychain, getSelectedStorageBackend: () => 'basic_text' };
  await expect(createKeychainSecrets(pretending, file).set('NAME', 'value')).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('environment variables'),
  });
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

it('loses none of the secrets that are kept, replaced and forgotten at the same time', async () => {
  const secrets = createKeychainSecrets(keychain, file);
  await secrets.set('GONE', 'x');
  const names = Array.from({ length: 20 }, (_, index) => `NAME_${index}`);
  await Promise.all([...names.map((name) => secrets.set(name, `value of ${name}`)), secrets.delete('GONE')]);
  expect(await Promise.all(['GONE', ...names].map((name) => secrets.get(name)))).toEqual([
    null,
    ...names.map((name) => `value of ${name}`),
  ]);
});

it('says what is wrong where the keychain does not open a secret, or the file is damaged', async () => {
  await createKeychainSecrets(keychain, file).set('NAME', 'value');
  const stranger: Keychain = {
    ...keychain,
    decryptString: () => {
      throw new Error('Error while decrypting the ciphertext');
    },
  };
  await expect(createKeychainSecrets(stranger, file).get('NAME')).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('enter the secret anew'),
  });
  await writeFile(file, '{');
  await expect(createKeychainSecrets(keychain, file).get('NAME')).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('damaged'),
  });
});

it('says at once whether there is a keychain', () => {
  const locked: Keychain = { ...keychain, isEncryptionAvailable: () => false };
  const problems = [keychain, locked].map((kind) => createKeychainSecrets(kind, file).problem());
  expect(problems).toEqual([null, expect.stringContaining('no keychain')]);
});
