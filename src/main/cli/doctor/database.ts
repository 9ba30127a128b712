import type { Database } from '../../../database/database.ts';
import { isPrivilegeError } from '../../../database/database-errors.ts';
import { readMigrations } from '../../../database/migrate.ts';
import type { ConnectionKind } from '../../../database/pooling.ts';
import { countMigrations } from '../../../database/queries.ts';
import type { Config } from '../../config/config.ts';
import { createCommandLogger } from '../../start/logger.ts';
import {
  isReachable,
  openDatabase,
  requireDurableSettings,
  runningUrls,
} from '../../start/open-database.ts';
import { findDemoFault, READ_ONLY_DATABASE, serverFaults } from '../../start/prepare-database.ts';
import { findServerSettings, findServerTime } from '../../start/queries.ts';
import { explainError } from '../explain-error.ts';
import { encryptionFindings } from './encryption.ts';
import { factorKeyFindings, unusablePasskeyFindings } from './factors.ts';
import { createFinding, type Finding } from './finding.ts';
import { hostFindings } from './hosts.ts';
import { roleFindings } from './role.ts';
import { sealFindings } from './seals.ts';
import { futureFindings } from './settings.ts';

/** Source: PostgreSQL documentation, Appendix A. */
const UNDEFINED_TABLE = '42P01';

/** Clocks that are synchronized differ by much less. */
const CLOCK_MS_MAX = 3_000;

const connectionKinds: Readonly<Record<ConnectionKind, string>> = {
  direct: 'to PostgreSQL itself, without a pooler',
  session: 'through a pooler, in session pooling',
  transaction: 'through a pooler that supports prepared statements, in transaction pooling',
};

export async function databaseFindings(config: Config): Promise<Finding[]> {
  try {
    const idle = config.database.kind === 'embedded' ? await idleFinding(config.dataDir) : null;
    return idle === null ? await findingsOfRunning(config) : [idle];
  } catch (error) {
    return [createFinding('database', 'wrong', explainError(error).text)];
  }
}

/** Describes an embedded database that is not running, without starting it. Null if it is running. */
async function idleFinding(dataDir: string): Promise<Finding | null> {
  if (!(await isReachable(dataDir))) {
    const say = `embedded, none in ${dataDir} yet; the first "holdfast serve" creates it`;
    return createFinding('database', 'ok', say);
  }
  if ((await runningUrls(dataDir)) !== null) return null;
  await requireDurableSettings(dataDir);
  return createFinding(
    'database',
    'ok',
    `embedded in ${dataDir}, not running; it starts with "holdfast serve"`,
  );
}

async function findingsOfRunning(config: Config): Promise<Finding[]> {
  await using opened = await openDatabase(config, createCommandLogger(), { ifMissing: 'refuse' });
  const [settings] = await findServerSettings(opened.database);
  const faults = serverFaults(settings!, true);
  if (settings!.readOnly === 'on') faults.push(READ_ONLY_DATABASE);
  const responds = createFinding('database', 'ok', `PostgreSQL ${settings!.version} responds`);
  return [
    ...(faults.length === 0 ? [responds] : []),
    ...faults.map((fault) => createFinding('database', 'wrong', fault)),
    createFinding(
      'connection',
      'ok',
      connectionKinds[opened.database.connectionKind() ?? 'direct'],
    ),
    ...hostFindings(opened.primary),
    await migrationsFinding(opened.database),
    ...(await demoFindings(config, opened.database)),
    ...(await ifReadable(() => encryptionFindings(opened.database))),
    ...(await ifReadable(() => factorKeyFindings(config, opened.database))),
    ...(await ifReadable(() => unusablePasskeyFindings(config, opened.database))),
    ...(await ifReadable(() => sealFindings(config, opened.database))),
    await clockFinding(opened.database),
    ...(await roleFindings(config, opened)),
  ];
}

/**
 * Compares the clock of this machine, by which tokens expire, with the database's, by which everything else does. The
 * middle of the round trip is the best estimate of the moment at which the database read its clock.
 */
async function clockFinding(database: Database): Promise<Finding> {
  const before = Date.now();
  const [row] = await findServerTime(database);
  const after = Date.now();
  const difference = (before + after) / 2 - row!.nowMs;
  const seconds = Math.round(Math.abs(difference) / 1_000);
  if (Math.abs(difference) <= CLOCK_MS_MAX + (after - before) / 2) {
    return createFinding('clock', 'ok', "agrees with the database's");
  }
  const order = difference > 0 ? 'ahead of' : 'behind';
  return createFinding(
    'clock',
    'wrong',
    `the clock of this machine is ${seconds} s ${order} the database's, so tokens expire at the wrong time; synchronize both by NTP`,
  );
}

async function migrationsFinding(database: Database): Promise<Finding> {
  const what = 'migrations';
  const { length: known } = await readMigrations();
  const applied = await countApplied(database);
  if (applied === null) {
    return createFinding(what, 'wrong', 'this user may not read them, see "database role"');
  }
  if (applied === known) return createFinding(what, 'ok', `all ${known} applied`);
  if (applied > known) {
    return createFinding(
      what,
      'wrong',
      `${applied} applied, ${known} known: start a newer Holdfast`,
    );
  }
  const remedy = '"holdfast migrate" or the next start applies the rest';
  return createFinding(what, 'wrong', `${applied} of ${known} applied; ${remedy}`);
}

/** Lists demo users, with whom production does not start. */
function demoFindings(config: Config, database: Database): Promise<Finding[]> {
  return ifReadable(async () => {
    const fault = await findDemoFault(database);
    if (fault === null) return [];
    return config.production ? [createFinding('users', 'wrong', fault)] : futureFindings([fault]);
  });
}

/** Returns what rows show. A database without tables, or without privileges, shows nothing. */
async function ifReadable(find: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await find();
  } catch (error) {
    if (isPrivilegeError(error) || isMissingTable(error)) return [];
    throw error;
  }
}

/** Returns null if the user may not read them. */
async function countApplied(database: Database): Promise<number | null> {
  try {
    const [row] = await countMigrations(database);
    return row!.applied;
  } catch (error) {
    if (isPrivilegeError(error)) return null;
    if (isMissingTable(error)) return 0;
    throw error;
  }
}

function isMissingTable(error: unknown): boolean {
  return (error as { code?: unknown }).code === UNDEFINED_TABLE;
}
