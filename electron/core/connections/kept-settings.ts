import { type ConnectedSystem, connectedSystems } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { isSecret, type KeptSettings } from '../../../shared/set-up/entered-values.ts';
import type { Log, SecretStore } from '../ports.ts';
import { type ReadSettings, type Settings, writeSettings } from './settings-file.ts';

/** What was set up on the screen: values in a file, secrets in the secret store only. */
export interface KeptConnections {
  /** Why this machine keeps no secrets, and what to do; null where it does. */
  keepsNoSecretsBecause(): string | null;
  isSetUp(system: ConnectedSystem): boolean;
  /** The systems that are set up and share a variable with this one, itself among them. */
  sharing(system: ConnectedSystem): ConnectedSystem[];
  /** What is kept under the system's variables, whichever system it was entered for. */
  kept(system: ConnectedSystem): KeptSettings;
  /** With the secrets. Throws `forbidden`, with what to do, where the keychain does not give them. */
  values(system: ConnectedSystem): Promise<Record<string, string>>;
  /** Keeps a system's values, secrets among them; an empty secret is forgotten. */
  save(system: ConnectedSystem, values: Readonly<Record<string, string>>): Promise<void>;
  /** Forgets a system, but not what another one that is set up shares with it. */
  forget(system: ConnectedSystem): Promise<void>;
  account(system: ConnectedSystem): string | null;
  /** Null: nobody is signed in there. */
  keepAccount(system: ConnectedSystem, account: string | null): Promise<void>;
}

const noSecretStore =
  'This console runs in a browser, where there is no keychain that Switchyard could keep secrets in. Open Switchyard as a window on a desktop, or set the variables in the environment and start it again.';

const fieldsOf = (system: ConnectedSystem) => setUpGuides[system].fields;
const variablesOf = (system: ConnectedSystem): Set<string> =>
  new Set(fieldsOf(system).map(({ variable }) => variable));
const secretsOf = (system: ConnectedSystem): string[] =>
  fieldsOf(system)
    .filter(isSecret)
    .map(({ variable }) => variable);

const pick = (values: Readonly<Record<string, string>>, isWanted: (variable: string) => boolean) =>
  Object.fromEntries(Object.entries(values).filter(([variable]) => isWanted(variable)));

/** The secrets that are there; one that the keychain does not give is told when it is needed. */
async function namesOfKept(secrets: SecretStore | null, log: Log): Promise<Set<string>> {
  const kept = new Set<string>();
  if (secrets === null || secrets.problem() !== null) return kept;
  for (const name of new Set(connectedSystems.flatMap(secretsOf))) {
    try {
      if ((await secrets.get(name)) !== null) kept.add(name);
    } catch (thrown) {
      log.warn({ err: thrown, name }, 'A kept secret cannot be read');
    }
  }
  return kept;
}

export interface KeptConnectionsOptions {
  file: string;
  read: ReadSettings;
  secrets: SecretStore | null;
  log: Log;
}

export async function openKeptConnections(options: KeptConnectionsOptions): Promise<KeptConnections> {
  const { file, secrets, log } = options;
  let { settings } = options.read;
  const keptSecrets = await namesOfKept(secrets, log);

  async function write(next: Settings): Promise<void> {
    await writeSettings(file, next);
    settings = next;
  }

  function requireSecrets(): SecretStore {
    const problem = secrets === null ? noSecretStore : secrets.problem();
    if (secrets === null || problem !== null) throw new AppError('forbidden', problem ?? noSecretStore);
    return secrets;
  }

  async function setSecret(name: string, value: string): Promise<void> {
    await requireSecrets().set(name, value);
    keptSecrets.add(name);
  }

  async function deleteSecret(name: string): Promise<void> {
    if (!keptSecrets.has(name)) return;
    await requireSecrets().delete(name);
    keptSecrets.delete(name);
  }

  const others = (system: ConnectedSystem) => settings.systems.filter((other) => other !== system);

  function kept(system: ConnectedSystem): KeptSettings {
    const own = variablesOf(system);
    return {
      values: pick(settings.values, (variable) => own.has(variable)),
      secrets: secretsOf(system).filter((name) => keptSecrets.has(name)),
    };
  }

  return {
    keepsNoSecretsBecause: () => (secrets === null ? noSecretStore : secrets.problem()),
    isSetUp: (system) => settings.systems.includes(system),
    sharing(system) {
      const own = variablesOf(system);
      return settings.systems.filter((other) => fieldsOf(other).some(({ variable }) => own.has(variable)));
    },
    kept,
    async values(system) {
      const { values, secrets: names } = kept(system);
      const read = await Promise.all(
        names.map(async (name) => [name, await requireSecrets().get(name)] as const),
      );
      return { ...pickSet(values), ...Object.fromEntries(read.filter(isThere)) };
    },
    async save(system, values) {
      const own = variablesOf(system);
      const secretNames = new Set(secretsOf(system));
      for (const name of secretNames) {
        const value = values[name];
        if (value === '') await deleteSecret(name);
        else if (value !== undefined) await setSecret(name, value);
      }
      const open = pick(values, (variable) => own.has(variable) && !secretNames.has(variable));
      const foreign = pick(settings.values, (variable) => !own.has(variable));
      await write({
        ...settings,
        systems: connectedSystems.filter((other) => other === system || settings.systems.includes(other)),
        values: { ...foreign, ...open },
      });
    },
    async forget(system) {
      const shared = new Set(others(system).flatMap((other) => [...variablesOf(other)]));
      const isForgotten = (variable: string) => variablesOf(system).has(variable) && !shared.has(variable);
      const { [system]: _account, ...accounts } = settings.accounts;
      // Not connected any more before anything of it is gone.
      await write({
        systems: others(system),
        values: pick(settings.values, (variable) => !isForgotten(variable)),
        accounts,
      });
      for (const name of secretsOf(system).filter(isForgotten)) await deleteSecret(name);
    },
    account: (system) => settings.accounts[system] ?? null,
    async keepAccount(system, account) {
      const { [system]: _before, ...accounts } = settings.accounts;
      await write({
        ...settings,
        accounts: account === null ? accounts : { ...accounts, [system]: account },
      });
    },
  };
}

const isThere = (entry: readonly [string, string | null]): entry is readonly [string, string] =>
  entry[1] !== null;

const pickSet = (values: KeptSettings['values']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
