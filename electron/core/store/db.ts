import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
  type Transaction,
} from 'kysely';
import pg from 'pg';
import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';
import { applicationNamePrefix } from './embedded-postgres.ts';
import { createListener, type Listening, type NotificationHandler } from './listener.ts';
import type { Database } from './tables.ts';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string;
  /** Shown in `pg_stat_activity` behind the program's own name. */
  applicationName: string;
  log: Log;
  /** Of the pool; the listening connection comes on top. 10 if left out. */
  maxConnections?: number;
  /** After how long a query without an answer counts as lost, in milliseconds; 60 s if left out. */
  queryTimeoutMs?: number;
}

/**
 * The store's database. Whatever goes wrong with the connection is thrown as `store_unreachable`; other errors of
 * Postgres pass as they are. A lost connection is replaced on the next use.
 *
 * Time stamps come as ISO 8601 in UTC with milliseconds (`2026-05-18T09:15:00.000Z`), dates as `2026-05-18`, int8 as
 * a number (as text where a number cannot hold it), numeric as text, json as its value.
 */
export interface Db {
  readonly kysely: Kysely<Database>;
  /** For what Kysely cannot do; its errors are not translated. */
  readonly pool: pg.Pool;
  /**
   * For large statements that are run often and have one good plan whatever their values: by their name they are
   * planned once on each connection. Errors are not translated.
   */
  readonly plannedOnce: pg.Pool;
  /** Commits when `work` resolves and rolls back when it rejects. */
  transaction<Result>(work: (tx: Transaction<Database>) => Promise<Result>): Promise<Result>;
  /**
   * Calls the handler with the payload of every NOTIFY on the channel, and with null after a gap in which some may
   * have been missed. Resolves once subscribed, or after a first attempt that failed and is being made again.
   */
  listen(channel: string, handler: NotificationHandler): Promise<Listening>;
  /** Waits for the queries under way. */
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;

/**
 * Connects to the database and tries the connection once. Throws `invalid_input` for a malformed URL and
 * `store_unreachable`, with what to check, where it cannot be used.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Db> {
  const { log } = options;
  const place = describePlace(options.url);
  const connection = {
    connectionString: options.url,
    application_name: `${applicationNamePrefix} ${options.applicationName}`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  } satisfies pg.ClientConfig;
  const pooled = {
    ...connection,
    types: valueTypes,
    query_timeout: options.queryTimeoutMs ?? 60_000,
    idle_in_transaction_session_timeout: 60_000,
  } satisfies pg.PoolConfig;
  const pool = createPool({ ...pooled, max: options.maxConnections ?? 10 }, log);
  const plannedOnce = createPool(
    { ...pooled, max: 2, idleTimeoutMillis: 60_000, options: '-c plan_cache_mode=force_generic_plan' },
    log,
  );
  const kysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool: translating(pool, place) }) });
  const listener = createListener({ connection, log });

  const db: Db = {
    kysely,
    pool,
    plannedOnce,
    transaction: (work) => kysely.transaction().execute(work),
    listen: (channel, handler) => listener.listen(channel, handler),
    async close() {
      await listener.close();
      await kysely.destroy();
      await Promise.all([pool.end(), plannedOnce.end()]);
    },
  };
  try {
    await pool.query('select 1');
    return db;
  } catch (thrown) {
    await db.close().catch(() => {});
    throw toStoreError(thrown, place);
  }
}

function createPool(config: pg.PoolConfig, log: Log): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', (thrown) => log.warn({ err: thrown }, 'An idle connection to Postgres broke'));
  // The pool listens to its idle clients only; one that breaks while it is lent out would end the process.
  pool.on('connect', (client) => {
    client.on('error', (thrown) => log.debug({ err: thrown }, 'A connection to Postgres broke'));
  });
  return pool;
}

/** The pool as Kysely uses it, with errors translated; a client whose connection failed is not used again. */
function translating(pool: pg.Pool, place: string): PostgresPool {
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect().catch((thrown: unknown) => {
        throw toStoreError(thrown, place);
      });
      return translatingClient(client, place);
    },
    // `Db.close` ends the pool, which Kysely leaves open if it was never asked anything.
    end: async () => {},
  };
}

function translatingClient(client: pg.PoolClient, place: string): PostgresPoolClient {
  let isBroken = false;

  async function run<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    try {
      const { command, rowCount, rows } = await client.query(text, [...values]);
      return { command: command as PostgresQueryResult<Row>['command'], rowCount: rowCount ?? 0, rows };
    } catch (thrown) {
      const translated = toStoreError(thrown, place);
      isBroken ||= translated instanceof AppError;
      throw translated;
    }
  }

  function query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  function query<Row>(statement: string | PostgresCursor<Row>, values: readonly unknown[] = []) {
    // The dialect is made without cursors, so that none arrives.
    return typeof statement === 'string' ? run<Row>(statement, values) : statement;
  }

  return { query, release: (isDiscarded) => client.release(isBroken || isDiscarded === true) };
}

const { builtins } = pg.types;
const readAsDate: (text: string) => unknown = pg.types.getTypeParser(builtins.TIMESTAMPTZ);
const readAs = new Map<number, (text: string) => unknown>([
  [builtins.TIMESTAMPTZ, toIsoText],
  [builtins.TIMESTAMP, toIsoText],
  [builtins.DATE, (text) => text],
  [builtins.INT8, (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)],
]);
const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: (typeId, format) =>
    format === 'binary'
      ? pg.types.getTypeParser(typeId, format)
      : (readAs.get(typeId) ?? pg.types.getTypeParser(typeId)),
};

/** A time stamp without a zone is taken as UTC. `infinity` stays as it is. */
function toIsoText(text: string): string {
  const read = readAsDate(/[+-]\d\d(:\d\d)*$/.test(text) ? text : `${text}+00`);
  return read instanceof Date ? read.toISOString() : text;
}

function describePlace(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw malformedUrl(cause);
  }
  if (!['postgres:', 'postgresql:'].includes(parsed.protocol)) throw malformedUrl();
  const { hostname, port, pathname, username } = parsed;
  return `${hostname || 'localhost'}:${port || '5432'} (database "${pathname.slice(1)}", user "${username}")`;
}

function malformedUrl(cause?: unknown): AppError {
  return new AppError(
    'invalid_input',
    'DATABASE_URL is not an address of a Postgres database. It looks like postgres://user:password@host:5432/database; ' +
      'characters such as @ or / in the password are written as %40 or %2F.',
    cause === undefined ? {} : { cause },
  );
}

/** What to check, by SQLSTATE or by the code of the socket, TLS or name look-up that failed. */
const connectionFailures: readonly [codes: RegExp, advice: string][] = [
  [/^ECONNREFUSED$/, 'Nothing listens there. Check that the server runs, and host and port.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'The host name is not known. Check its spelling and the network.'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/, 'Nothing answers. Check host, network and firewall.'],
  [/^(ECONNRESET|EPIPE|08...|57P01|57P02|25P03|57P05)$/, 'The connection was lost. It is tried again.'],
  [/^57P03$/, 'The server is starting, stopping or overloaded. It is tried again.'],
  [/^28P01$/, 'The user or the password is wrong.'],
  [
    /^28000$/,
    'The server does not let this user in. Check user, database and pg_hba.conf (or TLS, if it asks for it).',
  ],
  [/^3D000$/, 'The database does not exist there. Check its name, or create it.'],
  [/^53300$/, 'The server has no connection left. Close other programs or raise max_connections.'],
  [
    /^(ERR_(TLS|SSL)_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_.*)$/,
    "The server's TLS certificate is not accepted. Add its authority with ?sslmode=verify-full&sslrootcert=FILE.",
  ],
];

/** Failures that pg reports without a code. */
const codelessFailures: readonly [message: RegExp, advice: string][] = [
  [/does not support SSL/, 'The server does not speak TLS. Remove sslmode from the address.'],
  [/password must be a string|no password supplied/i, 'The address has no password.'],
  [/timeout|timed out/i, 'It did not answer in time. Check host, network and load.'],
  [
    /Connection terminated|Client has encountered a connection error|not queryable/i,
    'The connection was lost. It is tried again.',
  ],
];

/**
 * Turns whatever is wrong with the connection, not with the query, into `store_unreachable`; gives everything else
 * back as it is. `place` says in the message which database it is.
 */
export function toStoreError(thrown: unknown, place = 'the database'): unknown {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return thrown;
  const advice = adviceFor(thrown);
  if (advice === null) return thrown;
  return new AppError('store_unreachable', `Postgres at ${place} cannot be used. ${advice}`, {
    cause: thrown,
  });
}

function adviceFor(thrown: Error): string | null {
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
  const table = code === null ? codelessFailures : connectionFailures;
  return table.find(([pattern]) => pattern.test(code ?? thrown.message))?.[1] ?? null;
}
