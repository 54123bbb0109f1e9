import { type ConnectedSystem, connectedSystems } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { isSecret } from '../../../shared/set-up/entered-values.ts';
import type { Log, SecretStore } from '../ports.ts';
import { type Settings, writeSettings } from './settings-file.ts';

/** What was set up on the screen, system by system: values in a file, secrets in the secret store only. */
export interface KeptConnections {
  /** Why this machine keeps no secrets, and what to do; null where it does. */
  keepsNoSecretsBecause(): string | null;
  isSetUp(system: ConnectedSystem): boolean;
  /** Variable to value, without the secrets. */
  values(system: ConnectedSystem): Readonly<Record<string, string>>;
  /** The variables whose secret is kept. */
  secretNames(system: ConnectedSystem): string[];
  /** Variable to secret. Throws `forbidden`, with what to do, where the keychain does not give them. */
  readSecrets(system: ConnectedSystem): Promise<Record<string, string>>;
  /** Replaces a system's values, and those of its secrets that are among them; an empty secret is forgotten. */
  save(system: ConnectedSystem, values: Readonly<Record<string, string>>): Promise<void>;
  forget(system: ConnectedSystem): Promise<void>;
  account(system: ConnectedSystem): string | null;
  /** Null: nobody is signed in there. */
  keepAccount(system: ConnectedSystem, account: string | null): Promise<void>;
}

const noSecretStore =
  'This console runs in a browser, where there is no keychain that Switchyard could keep secrets in. Open Switchyard as a window on a desktop, or set the variables in the environment and start it again.';

/** A variable may have a field for each of several choices. */
const secretsOf = (system: ConnectedSystem): string[] => [
  ...new Set(setUpGuides[system].fields.filter(isSecret).map(({ variable }) => variable)),
];

/** Products of one vendor may be set up with different secrets under one variable. */
const secretName = (system: ConnectedSystem, variable: string): string => `${system} ${variable}`;

/** Which secrets are there, by their names in the store. One that cannot be read is told when it is needed. */
async function findKept(secrets: SecretStore | null, log: Log): Promise<Set<string>> {
  if (secrets === null || secrets.problem() !== null) return new Set();
  const names = connectedSystems.flatMap((system) =>
    secretsOf(system).map((name) => secretName(system, name)),
  );
  const isKept = (name: string): Promise<boolean> =>
    secrets.get(name).then(
      (value) => value !== null,
      (thrown: unknown) => {
        log.warn({ err: thrown, name }, 'A kept secret cannot be read');
        return true;
      },
    );
  const found = await Promise.all(names.map(isKept));
  return new Set(names.filter((_, index) => found[index]));
}

export interface KeptConnectionsOptions {
  file: string;
  settings: Settings;
  /** Null where this program has no place for secrets. */
  secrets: SecretStore | null;
  log: Log;
}

export async function openKeptConnections(options: KeptConnectionsOptions): Promise<KeptConnections> {
  const { file, secrets } = options;
  let { settings } = options;
  const kept = await findKept(secrets, options.log);

  async function write(next: Settings): Promise<void> {
    await writeSettings(file, next);
    settings = next;
  }

  const keepsNoSecretsBecause = () => (secrets === null ? noSecretStore : secrets.problem());

  function requireSecrets(): SecretStore {
    const problem = keepsNoSecretsBecause();
    if (secrets !== null && problem === null) return secrets;
    throw new AppError('forbidden', problem ?? noSecretStore);
  }

  const secretNames = (system: ConnectedSystem): string[] =>
    secretsOf(system).filter((variable) => kept.has(secretName(system, variable)));

  async function keepSecret(name: string, value: string): Promise<void> {
    if (value !== '') {
      await requireSecrets().set(name, value);
      kept.add(name);
    } else if (kept.has(name)) {
      await requireSecrets().delete(name);
      kept.delete(name);
    }
  }

  return {
    keepsNoSecretsBecause,
    isSetUp: (system) => settings.systems[system] !== undefined,
    values: (system) => settings.systems[system] ?? {},
    secretNames,
    async readSecrets(system) {
      const read = secretNames(system).map(async (variable) => {
        const secret = await requireSecrets().get(secretName(system, variable));
        return secret === null ? [] : [[variable, secret] as const];
      });
      return Object.fromEntries((await Promise.all(read)).flat());
    },
    async save(system, values) {
      const secret = new Set(secretsOf(system));
      for (const variable of secret) {
        const value = values[variable];
        if (value !== undefined) await keepSecret(secretName(system, variable), value);
      }
      const open = Object.fromEntries(Object.entries(values).filter(([variable]) => !secret.has(variable)));
      await write({ ...settings, systems: { ...settings.systems, [system]: open } });
    },
    async forget(system) {
      // Not connected any more before anything of it is gone.
      const { [system]: _values, ...systems } = settings.systems;
      const { [system]: _account, ...accounts } = settings.accounts;
      await write({ systems, accounts });
      for (const variable of secretNames(system)) await keepSecret(secretName(system, variable), '');
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
