import pg from 'pg';
import { isClientTimeout, isPrivilegeError, isTimeout } from './database-errors.ts';
import { type ConnectionKind, detectPoolerMode } from './pooling.ts';
import { beginAllBy } from './run-on-connection.ts';
import { type Settings, sessionSettings, settingText } from './session-settings.ts';
import { NoFreeSessionError, UnfitDatabaseError } from './unfit-database.ts';

export interface ConnectionsOptions {
  readonly url: string;
  /** 0: statements may take as long as they like. */
  readonly statementTimeoutMs: number;
  /** Until a connection stands and has its settings; default 3,000. */
  readonly connectTimeoutMs?: number;
  /** As PostgreSQL lists the connection. */
  readonly applicationName: string;
  readonly types?: pg.CustomTypesConfig;
  /** Called when an idle connection breaks. */
  readonly onConnectionLost?: (error: Error) => void;
}

export interface PoolOptions {
  readonly max: number;
  /** Over those of every session. */
  readonly settings?: Settings;
}

/** The only place where connections to PostgreSQL are made: none is handed out before its session is as we need it. */
export interface Connections {
  createPool(options: PoolOptions): pg.Pool;
  /** A connection of one's own. The caller closes it. Its transactions begin by `beginOn`. */
  connect(statementTimeoutMs?: number): Promise<pg.Client>;
  /** What the connection that was made last led to; null before the first one. */
  kind(): ConnectionKind | null;
  /** Something happened that only another kind of pooler than the known one explains: the next connection looks again. */
  forgetPoolerKind(): void;
}

const CONNECT_TIMEOUT_MS = 3_000;
const SET_ATTEMPTS_MAX = 5;
const IDLE_TIMEOUT_MS = 30_000;
const TRIGGERS_OFF =
  'PostgreSQL runs with session_replication_role = replica, which switches off the triggers that guard orders and their log, and this user may not switch it back: let an administrator run "alter role … reset session_replication_role", or "alter database … reset session_replication_role", wherever it is set.';
/** Tells what timeouts do not: `pg` has only "Query read timeout" to say. */
const NO_SESSION_FREE =
  'The connection pooler has no second server session free for this user and database: raise default_pool_size of PgBouncer to all connections of all processes.';

/** Connects lazily: a database that is away at the start is an error of the first statement, not of this call. */
export function createConnections(options: ConnectionsOptions): Connections {
  const onConnectionLost = options.onConnectionLost ?? (() => {});
  const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  let kind: ConnectionKind | null = null;
  /** Null when the next connection through a pooler has to find out what kind it is. */
  let detection: Promise<'session' | 'transaction'> | null = null;

  /** Timeouts are not among the parameters of the start, as which poolers do not take them. */
  const buildConfig = (statementTimeoutMs: number): pg.ClientConfig => ({
    connectionString: options.url,
    connectionTimeoutMillis: connectTimeoutMs,
    // The server may be frozen or cut off, and then only the client's own clock ends the wait.
    ...(statementTimeoutMs === 0 ? {} : { query_timeout: statementTimeoutMs + 2_000 }),
    keepAlive: true,
    application_name: options.applicationName,
    // Statements that are called without waiting for one another travel together, in the order of the calls.
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
    const second = new pg.Client(buildConfig(options.statementTimeoutMs));
    second.on('error', () => {});
    try {
      await second.connect();
      return await detectPoolerMode([client, second], connectTimeoutMs);
    } catch (error) {
      if (!isClientTimeout(error)) throw error;
      throw new NoFreeSessionError(NO_SESSION_FREE);
    } finally {
      // Not waited for: what it says is known, and a pooler may be slow to take leave.
      second.end().catch(() => {});
    }
  }

  /** Gives a new connection's session our settings. One round trip, and some more through a pooler. */
  async function applySettings(client: pg.ClientBase, settings: Settings): Promise<void> {
    // A pooler tells a number of its own, and its sessions may be shared: what was set there would reach others.
    const reportedPid = (client as unknown as { processID: number | null }).processID ?? 0;
    const pid = await runSettings(
      client,
      settingText(settings, { isLocal: false, onlyFor: reportedPid }),
      connectTimeoutMs,
    );
    if (pid === reportedPid) {
      kind = 'direct';
      return;
    }
    kind = await detectPoolerKind(client);
    if (kind === 'session') {
      await runSettings(client, settingText(settings, { isLocal: false }), connectTimeoutMs);
    } else {
      beginAllBy(client, `; ${settingText(settings, { isLocal: true })}`);
    }
  }

  return {
    createPool({ max, settings: extra }) {
      const settings = { ...buildSettings(options.statementTimeoutMs), ...extra };
      const pool = new pg.Pool({
        ...buildConfig(options.statementTimeoutMs),
        max,
        idleTimeoutMillis: IDLE_TIMEOUT_MS,
        onConnect: (client) => applySettings(client, settings),
      });
      pool.on('error', (error: Error & { client?: unknown }) => {
        // The pool hangs the connection on it, with the key that cancels its statements: nothing for a log.
        delete error.client;
        onConnectionLost(error);
      });
      pool.on('connect', (client) => {
        // The pool takes its own listener off before it hands a connection out. When the server's last words come in the
        // same packet as its answer, nobody would listen yet, and Node would end the process. The next statement fails
        // all the same. A pooler that was restarted may be another one.
        client.on('error', forgetPoolerKind);
      });
      return pool;
    },
    async connect(statementTimeoutMs = options.statementTimeoutMs) {
      const client = new pg.Client(buildConfig(statementTimeoutMs));
      client.on('error', onConnectionLost);
      await client.connect();
      try {
        await applySettings(client, buildSettings(statementTimeoutMs));
      } catch (error) {
        client.end().catch(() => {});
        throw error;
      }
      return client;
    },
    kind: () => kind,
    forgetPoolerKind,
  };
}

/**
 * The process of PostgreSQL that did it. In one transaction with a timeout of its own, since that of the database or the
 * role may be too short, and so that no part of it stays behind in a session that is shared. The timeout is none that could
 * be wanted, which would be taken for set.
 */
async function runSettings(
  client: pg.ClientBase,
  text: string,
  timeoutMs: number,
  attemptsLeft = SET_ATTEMPTS_MAX,
): Promise<number> {
  try {
    const results = (await client.query({
      text: `begin; set local statement_timeout = '${timeoutMs}ms'; ${text}; commit; select pg_catalog.pg_backend_pid() as pid`,
      query_timeout: timeoutMs,
    } as pg.QueryConfig)) as unknown as pg.QueryResult<{ pid: number }>[];
    return results.at(-1)!.rows[0]!.pid;
  } catch (error) {
    // The "begin" may have met the other timeout.
    if (isTimeout(error) && attemptsLeft > 1) {
      await client.query('rollback');
      return runSettings(client, text, timeoutMs, attemptsLeft - 1);
    }
    // Anybody may set the others.
    if (!isPrivilegeError(error)) throw error;
    throw new UnfitDatabaseError(TRIGGERS_OFF, { cause: error });
  }
}
