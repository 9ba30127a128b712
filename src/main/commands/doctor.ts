import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Database } from '../../database/database.ts';
import { readMigrations } from '../../database/migrate.ts';
import type { ConnectionKind } from '../../database/pooling.ts';
import { type Config, loadConfig } from '../config.ts';
import { ConfigurationError } from '../configuration-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { explainError } from '../explain-error.ts';
import { createCommandLogger } from '../logger.ts';
import { openDatabase, runningUrl } from '../open-database.ts';
import { serverFaults, TAKES_NO_WRITES } from '../prepare-database.ts';
import { countMigrations, findServerSettings } from '../queries.ts';
import { createQueueSide } from '../queue-side.ts';
import { weaknessOf } from '../secrets/weakness.ts';
import { formatTable, say } from '../terminal.ts';

const NODE_MAJOR_MIN = 24;
/** Below it PostgreSQL's log and temporary files can fill the disk within an evening. */
const FREE_BYTES_MIN = 1024 ** 3;

/** Source: PostgreSQL documentation, Appendix A. */
const UNDEFINED_TABLE = '42P01';

const ways: Readonly<Record<ConnectionKind, string>> = {
  direct: 'to PostgreSQL itself, without a pooler',
  session: 'through a pooler, in session pooling',
  transaction: 'through a pooler that keeps prepared statements, in transaction pooling',
};

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly say: string;
}

/** Looks at everything that a start needs, without changing anything but a first start of the embedded database. */
export async function doctor(): Promise<ExitCode> {
  const findings: Finding[] = [nodeFinding()];
  const config = readableConfig(findings);
  if (config !== null) {
    findings.push(secretFinding(config), await portFinding(config), await diskFinding(config));
    findings.push(...(await databaseFindings(config)), ...(await queueFindings(config)));
  }
  const rows = findings.map(({ what, ok, say: sentence }) => [ok ? 'ok' : 'WRONG', what, sentence]);
  say(formatTable(['', 'what', 'found'], rows));
  return findings.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.no;
}

function nodeFinding(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const ok = major >= NODE_MAJOR_MIN;
  const advice = ok ? '' : `; Holdfast needs ${NODE_MAJOR_MIN} or later`;
  return { what: 'Node.js', ok, say: `${process.versions.node}${advice}` };
}

function readableConfig(findings: Finding[]): Config | null {
  try {
    const config = loadConfig();
    const mode = config.production ? 'production' : 'development';
    findings.push({ what: 'configuration', ok: true, say: mode });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const sentence of error.sentences) {
      findings.push({ what: 'configuration', ok: false, say: sentence });
    }
    return null;
  }
}

function secretFinding({ jwtSecret, dataDir }: Config): Finding {
  const what = 'JWT secret';
  if (jwtSecret.kind === 'generated') {
    return { what, ok: true, say: `generated, kept in ${dataDir}; set JWT_SECRET in production` };
  }
  const weakness = jwtSecret.secrets.map(weaknessOf).find((found) => found !== null);
  if (weakness === undefined) return { what, ok: true, say: 'from JWT_SECRET' };
  return { what, ok: false, say: `${weakness}: take "openssl rand -base64 48"` };
}

async function portFinding({ host, port }: Config): Promise<Finding> {
  const what = `port ${port}`;
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null>();
  const probe = createServer();
  probe.once('error', resolve);
  probe.listen({ host, port }, () => probe.close(() => resolve(null)));
  const error = await promise;
  if (error === null) return { what, ok: true, say: `free on ${host}` };
  // A server of ours that runs already is no fault.
  const answer = await fetch(`http://${host}:${port}/health/live`).catch(() => null);
  if (answer?.ok === true) return { what, ok: true, say: 'a Holdfast server answers on it' };
  return { what, ok: false, say: `${error.message}; stop the other program or set PORT` };
}

async function diskFinding({ dataDir }: Config): Promise<Finding> {
  const what = 'disk';
  const found = await statfs(dataDir).catch(() => statfs('.'));
  const freeBytes = found.bavail * found.bsize;
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  if (freeBytes >= FREE_BYTES_MIN) return { what, ok: true, say: free };
  return { what, ok: false, say: `${free}; make room before orders are refused` };
}

async function databaseFindings(config: Config): Promise<Finding[]> {
  const what = 'database';
  if (config.database.kind === 'embedded' && (await runningUrl(config.dataDir)) === null) {
    return [{ what, ok: true, say: 'embedded, not running; it starts with "holdfast serve"' }];
  }
  try {
    await using opened = await openDatabase(config, createCommandLogger());
    const [settings] = await findServerSettings(opened.database);
    const faults = serverFaults(settings!, true);
    if (settings!.readOnly === 'on') faults.push(TAKES_NO_WRITES);
    const version = `PostgreSQL ${settings!.version} answers`;
    const way = ways[opened.database.connectionKind() ?? 'direct'];
    return [
      ...(faults.length === 0 ? [{ what, ok: true, say: version }] : []),
      ...faults.map((fault) => ({ what, ok: false, say: fault })),
      { what: 'connection', ok: true, say: way },
      await migrationsFinding(opened.database),
    ];
  } catch (error) {
    return [{ what, ok: false, say: explainError(error).text }];
  }
}

/** The database's own queue is found with the database. */
async function queueFindings({ queue }: Config): Promise<Finding[]> {
  if (queue.kind === 'postgres') return [];
  const what = queue.kind === 'bullmq' ? 'BullMQ' : 'SQS';
  const log = { info() {}, warn() {} };
  const { driver } = await createQueueSide(queue, { databaseUrl: '', log, onError() {} });
  try {
    await driver.start([]);
    await driver.ping();
    return [{ what, ok: true, say: 'answers' }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const say = `${reason}; until it answers, jobs wait in the database`;
    return [{ what, ok: false, say }];
  } finally {
    await driver.stop();
  }
}

async function migrationsFinding(database: Database): Promise<Finding> {
  const what = 'migrations';
  const { length: known } = await readMigrations();
  const applied = await countApplied(database);
  if (applied === known) return { what, ok: true, say: `all ${known} applied` };
  if (applied < known) {
    return {
      what,
      ok: false,
      say: `${applied} of ${known} applied; "holdfast migrate", or the next start, does the rest`,
    };
  }
  return { what, ok: false, say: `${applied} applied, ${known} known: start a newer Holdfast` };
}

async function countApplied(database: Database): Promise<number> {
  try {
    const [row] = await countMigrations(database);
    return row!.applied;
  } catch (error) {
    if ((error as { code?: unknown }).code === UNDEFINED_TABLE) return 0;
    throw error;
  }
}
