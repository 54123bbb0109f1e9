import { homedir } from 'node:os';
import path from 'node:path';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { AppError } from '../../shared/model/errors.ts';
import { Email } from '../../shared/model/person.ts';
import { connectionVariables } from '../../shared/set-up/catalogue.ts';
import { type ConnectorsConfig, readConnectors } from './connections/connectors-config.ts';
import { readWorkspaceChoice } from './workspace-choice.ts';

/** Everything that the environment, the command line and a choice made at the console say, parsed once. */
export interface Config {
  /** Where this copy keeps everything of its own. */
  dataDir: string;
  /** A shared Postgres; null for the embedded one. */
  databaseUrl: string | null;
  /** `demo` opens on the stand-ins; `own` on what is connected. */
  workspace: 'demo' | 'own';
  connectors: ConnectorsConfig;
  /** The variables that the connections were read from, with the secrets. */
  connectionValues: Readonly<Record<string, string>>;
  /** The organisation's zone, an IANA name. */
  timeZone: string;
  /** Who sits at this desk: an e-mail of the people list. */
  user: string | null;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** How many requests one runner works on at once. */
  concurrency: number;
  /** For one call to a vendor. */
  vendorTimeoutMs: number;
  /** How long a runner holds a request without a sign of life. */
  leaseMs: number;
  /** The file of SQLite's native part, where it is not the one that comes with the package; null for that one. */
  sqliteBinding: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const text = z.string().trim().min(1).optional();
const Variables = z.object({
  DATABASE_URL: text,
  SWITCHYARD_DATA_DIR: text,
  SWITCHYARD_TIME_ZONE: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'is no IANA time zone such as Europe/Berlin')
    .default('UTC'),
  SWITCHYARD_USER: Email.optional(),
  SWITCHYARD_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SWITCHYARD_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  SWITCHYARD_SQLITE_BINDING: text,
});
/** The folder in which each system keeps the data of a user's programs. */
function defaultDataDir(platform: NodeJS.Platform, environment: Environment, home: string): string {
  if (platform === 'win32')
    return path.join(environment.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Switchyard');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Switchyard');
  // Postgres never runs as root, and no other user may enter root's home.
  if (home === '/root') return '/var/lib/switchyard';
  return path.join(environment.XDG_DATA_HOME ?? path.join(home, '.local', 'share'), 'switchyard');
}

/**
 * Reads the environment, with `dataDir` of the command line before it, and behind it the workspace that was chosen at
 * the console. Throws `invalid_input` that names the variable or the file and what is wrong with it.
 */
export function readConfig(
  environment: Environment = process.env,
  options: { dataDir?: string | undefined } = {},
): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = Variables.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
    throw new AppError('invalid_input', `The environment cannot be used. ${problems.join('; ')}`);
  }
  const variables = parsed.data;
  const connectors = readConnectors(present);
  const isConnected = Object.values(connectors).some((connector) => connector !== null);
  const databaseUrl = variables.DATABASE_URL ?? null;
  const dataDir = path.resolve(
    options.dataDir ??
      variables.SWITCHYARD_DATA_DIR ??
      defaultDataDir(process.platform, environment, homedir()),
  );
  const choice = readWorkspaceChoice(dataDir);
  const workspace = isConnected || databaseUrl !== null ? 'own' : (choice?.workspace ?? 'demo');
  return {
    dataDir,
    databaseUrl,
    workspace,
    connectors,
    connectionValues: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) =>
        name in connectionVariables && value !== undefined && value.trim() !== '' ? [[name, value]] : [],
      ),
    ),
    timeZone: variables.SWITCHYARD_TIME_ZONE,
    user: variables.SWITCHYARD_USER ?? (workspace === 'own' ? (choice?.user ?? null) : null),
    logLevel: variables.SWITCHYARD_LOG_LEVEL,
    concurrency: variables.SWITCHYARD_CONCURRENCY,
    vendorTimeoutMs: 15_000,
    leaseMs: 30_000,
    sqliteBinding: variables.SWITCHYARD_SQLITE_BINDING ?? null,
  };
}
