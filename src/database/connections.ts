import pg from 'pg';
import { isClientTimeout, isPrivilegeError, isTimeout } from './database-errors.ts';
import {
  createPrimaryClients,
  type DatabaseHost,
  listHosts,
  type PrimaryClient,
  type PrimaryWatch,
  watchForLostStandby,
} from './failover/index.ts';
import { type ConnectionKind, detectPoolerMode } from './pooling.ts';
import { setPrologue } from './run-on-connection.ts';
import { type Settings, sessionSettings, settingText } from './session-settings.ts';
import { NoFreeSessionError, UnfitDatabaseError } from './unfit-database.ts';

export interface ConnectionsOptions {
  readonly url: string;
  /** Required if the URL names several hosts. */
  readonly primary?: PrimaryWatch | null;
  /** 0: no limit. */
  readonly statementTimeoutMs: number;
  /** Limit for connecting and applying the settings. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** The name by which PostgreSQL lists the connection. */
  readonly applicationName: string;
  readonly types?: pg.CustomTypesConfig;
  /** Called when an idle connection breaks. */
  readonly onConnectionLost?: (error: Error) => void;
}

export interface PoolOptions {
  readonly max: number;
  /** Override the settings of every session. */
  readonly settings?: Settings;
}

/** The only source of connections to PostgreSQL. None is handed out before its session has the required settings. */
export interface Connections {
  createPool(options: PoolOptions): pg.Pool;
  /** Opens a dedicated connection, which the caller closes. Its transactions start with `beginOn`. */
  connect(statementTimeoutMs?: number): Promise<pg.Client>;
  /** The same without a time limit, and for COPY, which cannot be sent together with other statements. */
  connectForCopy(): Promise<pg.Client>;
  /** Returns the kind of the latest connection, or null before the first one. */
  kind(): ConnectionKind | null;
  /** Makes the next connection detect the kind of pooler again, after a sign that it has changed. */
  forgetPoolerKind(): void;
  /**
   * Increases when a connection meets another server than the one before it, or the same one after a restart: what was
   * visible before, but not acknowledged, may not exist any more.
   */
  generation(): number;
}

const CONNECT_TIMEOUT_MS = 3_000;
const SET_ATTEMPTS_MAX = 5;
const IDLE_TIMEOUT_MS = 30_000;
const TRIGGERS_OFF =
  'PostgreSQL runs with session_replication_role = replica, which disables the triggers that protect orders and their log, and this user may not change it back: let an administrator run "alter role … reset session_replication_role" or "alter database … reset session_replication_role", depending on where it is set.';
/** Explains a timeout that `pg` reports only as "Query read timeout". */
const NO_SESSION_FREE =
  'The connection pooler has no second server session available for this user and database: raise default_pool_size of PgBouncer to the number of connections of all processes.';

/** Creates connections lazily: an unavailable database is an error of the first statement, not of this call. */
export function createConnections(options: ConnectionsOptions): Connections {
  const onConnectionLost = options.onConnectionLost ?? (() => {});
  const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  let kind: ConnectionKind | null = null;
  /** Null if the next connection through a pooler has to detect its kind. */
  let detection: Promise<'session' | 'transaction'> | null = null;
  let generation = 0;
  let serverStartedAt: number | null = null;
  const primary = options.primary ?? null;
  if (primary === null && listHosts(options.url).length > 1) {
    throw new Error('connections to several hosts need to know which of them is the primary');
  }
  const Client = withListener(
    primary === null ? pg.Client : createPrimaryClients(primary),
    // A restarted pooler may be of another kind.
    forgetPoolerKind,
  );

  /** Timeouts are not startup parameters here, because poolers reject them as such. */
  const buildConfig = (statementTimeoutMs: number): pg.ClientConfig => ({
    connectionString: options.url,
    connectionTimeoutMillis: connectTimeoutMs,
    // If the server hangs or is cut off, only the client's own clock ends the wait.
    ...(statementTimeoutMs === 0 ? {} : { query_timeout: statementTimeoutMs + 2_000 }),
    keepAlive: true,
    application_name: options.applicationName,
    // Statements called without waiting for one another are sent together, in the order of the calls.
    pipeline: true,
    ...(options.types === undefined ? {} : { types: options.types }),
  });
  const buildSettings = (statementTimeoutMs: number): Settings =>
    sessionSettings({
      statementTimeoutMs,
      idleInTransactionTimeoutMs: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + 5_000,
    });

  function forgetPoolerKind(): void {
    detection = null;
  }

  function detectPoolerKind(client: pg.ClientBase): Promise<'session' | 'transaction'> {
    detection ??= probeWithSecondConnection(client);
    detection.catch(forgetPoolerKind);
    return detection;
  }

  async function probeWithSecondConnection(
    client: pg.ClientBase,
  ): Promise<'session' | 'transaction'> {
    const second = new Client(buildConfig(options.statementTimeoutMs));
    if (primary !== null) (second as PrimaryClient).target = getTarget(client);
    try {
      await second.connect();
      return await detectPoolerMode([client, second], connectTimeoutMs);
    } catch (error) {
      if (!isClientTimeout(error)) throw error;
      throw new NoFreeSessionError(NO_SESSION_FREE);
    } finally {
      // Not awaited: the result is known, and a pooler may be slow to disconnect.
      second.end().catch(() => {});
    }
  }

  /** Applies the settings to the session of a new connection. One round trip, and a few more through a pooler. */
  async function applySettings(client: pg.ClientBase, settings: Settings): Promise<void> {
    watchForLostStandby(client);
    // A pooler reports its own process number. Its sessions may be shared, so settings made there could reach others.
    const reportedPid = (client as unknown as { processID: number | null }).processID ?? 0;
    const { pid, startedAt } = await runSettings(
      client,
      settingText(settings, { isLocal: false, onlyFor: reportedPid }),
      connectTimeoutMs,
    );
    if (pid === reportedPid) kind = 'direct';
    else {
      kind = await detectPoolerKind(client);
      if (kind === 'session') {
        await runSettings(client, settingText(settings, { isLocal: false }), connectTimeoutMs);
      } else {
        setPrologue(client, `; ${settingText(settings, { isLocal: true })}`);
      }
    }
    if (primary !== null) await primary.admit(client, getTarget(client), connectTimeoutMs);
    if (startedAt !== serverStartedAt) generation += 1;
    serverStartedAt = startedAt;
  }

  async function open(config: pg.ClientConfig, statementTimeoutMs: number): Promise<pg.Client> {
    const client = new Client(config);
    client.on('error', onConnectionLost);
    await client.connect();
    try {
      await applySettings(client, buildSettings(statementTimeoutMs));
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    return client;
  }

  return {
    createPool({ max, settings: extra }) {
      const settings = { ...buildSettings(options.statementTimeoutMs), ...extra };
      const pool = new pg.Pool({
        ...buildConfig(options.statementTimeoutMs),
        Client,
        max,
        idleTimeoutMillis: IDLE_TIMEOUT_MS,
        onConnect: (client) => applySettings(client, settings),
      });
      pool.on('error', (error: Error & { client?: unknown }) => {
        // The pool attaches the connection, with the key that cancels its statements, which must not be logged.
        delete error.client;
        onConnectionLost(error);
      });
      return pool;
    },
    connect: (statementTimeoutMs = options.statementTimeoutMs) =>
      open(buildConfig(statementTimeoutMs), statementTimeoutMs),
    connectForCopy: () => open({ ...buildConfig(0), pipeline: false }, 0),
    kind: () => kind,
    forgetPoolerKind,
    generation: () => generation,
  };
}

/**
 * Returns a class of clients that have a listener for their errors from the beginning. Without one, Node would end the
 * process when a connection breaks while nobody listens: the pool begins only after it has connected, and stops before it
 * hands a connection out, while the server's last error may arrive in the same packet as its answer. Whoever uses the
 * connection next learns of it from their statement.
 */
function withListener(Client: new (config?: pg.ClientConfig) => pg.Client, onError: () => void) {
  return class extends Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      this.on('error', onError);
    }
  };
}

/** Returns the host of a client of several hosts, which is connected. */
function getTarget(client: pg.ClientBase): DatabaseHost {
  return (client as unknown as PrimaryClient).target!;
}

interface SessionFacts {
  /** The id of the PostgreSQL process. */
  readonly pid: number;
  /** When the server was started, in seconds since 1970. */
  readonly startedAt: number;
}

/**
 * Runs a settings statement and returns which server process ran it. In one transaction, so that
 * nothing stays behind in a shared session, with its own timeout, since that of the database or the role may be too
 * short. The timeout differs from every wanted value, which would otherwise count as already set.
 */
async function runSettings(
  client: pg.ClientBase,
  text: string,
  timeoutMs: number,
  attemptsLeft = SET_ATTEMPTS_MAX,
): Promise<SessionFacts> {
  try {
    const results = (await client.query({
      text: `begin; set local statement_timeout = '${timeoutMs}ms'; ${text}; commit; select pg_catalog.pg_backend_pid() as pid, pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()) as "startedAt"`,
      query_timeout: timeoutMs,
    } as pg.QueryConfig)) as unknown as pg.QueryResult<SessionFacts>[];
    return results.at(-1)!.rows[0]!;
  } catch (error) {
    // The "begin" may have run into the other timeout.
    if (isTimeout(error) && attemptsLeft > 1) {
      await client.query('rollback');
      return runSettings(client, text, timeoutMs, attemptsLeft - 1);
    }
    // Only session_replication_role needs a privilege.
    if (!isPrivilegeError(error)) throw error;
    throw new UnfitDatabaseError(TRIGGERS_OFF, { cause: error });
  }
}
