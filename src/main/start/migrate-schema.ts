import { createDatabase, type Database } from '../../database/database.ts';
import { isPrivilegeError } from '../../database/database-errors.ts';
import { grantTo, type MigrateOptions, type Migration, migrate } from '../../database/migrate.ts';
import { LET_THE_OWNER, MigrationError } from '../../database/migration-error.ts';
import { describeMissing, findPrivilegeGaps } from '../../database/privileges.ts';
import { findRole, type RoleRow } from '../../database/queries.ts';
import { installPostgresQueue } from '../../drivers/queue/postgres/install.ts';
import type { Log } from '../../shared/log.ts';
import type { Config } from '../config/config.ts';
import { findDatabaseFault, UnusableDatabaseError } from '../faults/database-fault.ts';
import { openPrimaryWatch } from '../infrastructure/open-primary-watch.ts';

/** The database as its owner sees it. */
export interface Schema extends AsyncDisposable {
  readonly owner: Database;
  /** The role that the program runs as. */
  readonly role: string;
  /** Whether that role owns the tables or is a superuser, so that it needs no privileges. */
  readonly isOwner: boolean;
  /** Whether `owner` is another user than that of the program. */
  readonly mayGrant: boolean;
}

/** Migrations may take long; the connections for them have no time limit. This is for the short statements. */
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Opens the database as its owner. `database` is what the program uses; if `migrationUrl` is null, it does both. Throws
 * UnusableDatabaseError if the owner cannot connect, and MigrationError if it connects to another database.
 */
export async function openSchema(
  config: Pick<Config, 'database' | 'dataDir'>,
  database: Database,
  migrationUrl: string | null,
  log: Log,
): Promise<Schema> {
  const [role] = await findRole(database);
  const { name, isSuperuser, owner: ownsAs } = role!;
  const isOwner = isSuperuser || ownsAs !== null;
  if (migrationUrl === null) {
    return {
      owner: database,
      role: name,
      isOwner,
      mayGrant: false,
      async [Symbol.asyncDispose]() {},
    };
  }
  const primary = openPrimaryWatch(migrationUrl, config.dataDir, log);
  const owner = createDatabase({
    url: migrationUrl,
    primary,
    poolMax: 1,
    constraints: {},
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const close = async () => {
    await owner.close();
    await primary?.close();
  };
  try {
    const ownerRole = await describeOwner(owner, config, migrationUrl);
    requireSameDatabase(role!, ownerRole);
    return {
      owner,
      role: name,
      isOwner,
      mayGrant: ownerRole.name !== name,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function describeOwner(
  owner: Database,
  { database }: Pick<Config, 'database'>,
  url: string,
): Promise<RoleRow> {
  try {
    const [role] = await findRole(owner);
    return role!;
  } catch (error) {
    if (database.kind === 'embedded') throw error;
    const fault = await findDatabaseFault(error, url, 'DATABASE_MIGRATION_URL');
    throw fault === null ? error : new UnusableDatabaseError(fault, error);
  }
}

function requireSameDatabase(one: RoleRow, other: RoleRow): void {
  if (one.database === other.database && one.systemId === other.systemId) return;
  const where = one.systemId === other.systemId ? '' : ', on different servers';
  throw new MigrationError(
    `DATABASE_MIGRATION_URL and DATABASE_URL name different databases (${other.database} and ${one.database}${where}). They name the same one, with different users: correct one of them.`,
  );
}

/**
 * Applies the missing migrations as the owner, installs pg-boss if it is the queue driver, and grants the role of the
 * program its privileges. Returns the applied migrations. Throws MigrationError if something is missing and this user
 * may not create it.
 */
export async function migrateSchema(
  { queue }: Pick<Config, 'queue'>,
  schema: Schema,
  log: Log,
  restoring: Pick<MigrateOptions, 'restoring'> = {},
): Promise<readonly Migration[]> {
  const { owner, role, isOwner, mayGrant } = schema;
  const needsGrants = mayGrant && !isOwner;
  const options = { log, ...restoring, ...(needsGrants ? { grantTo: role } : {}) };
  const applied = await migrate(owner, options);
  if (!needsGrants && !isOwner) await requirePrivileges(schema);
  const isChanged = queue.kind === 'postgres' && (await installQueue(owner));
  if (needsGrants && isChanged) await grantTo(owner, role);
  return applied;
}

/** Grants the role of the program the privileges that it lacks, on the tables that exist. */
export async function grantRuntime({ owner, role, isOwner, mayGrant }: Schema): Promise<void> {
  if (mayGrant && !isOwner) await grantTo(owner, role);
}

async function installQueue(owner: Database): Promise<boolean> {
  const client = await owner.connect();
  try {
    return await installPostgresQueue(client);
  } catch (cause) {
    if (!isPrivilegeError(cause)) throw cause;
    throw new MigrationError(
      `The tables of the job queue (pg-boss) are missing or of an earlier version, and this user may not create them: ${(cause as Error).message}. ${LET_THE_OWNER}`,
      { cause },
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/** Throws MigrationError if the role lacks privileges, which no owner is there to grant. */
async function requirePrivileges({ owner: database, role }: Schema): Promise<void> {
  const client = await database.connect();
  try {
    const gaps = await findPrivilegeGaps(client, role);
    if (gaps.some(({ isMissing }) => isMissing)) {
      throw new MigrationError(describeMissing(gaps, role));
    }
  } finally {
    await client.end().catch(() => {});
  }
}
