import type { Database } from '../../database/database.ts';
import { type KeyState, registerKeys } from '../../database/encryption/registry.ts';
import { UnfitDatabaseError } from '../../database/unfit-database.ts';
import { createUserOnce } from '../../modules/accounts/index.ts';
import { systemAuthor } from '../../shared/caller.ts';
import { unavailable } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Application } from '../compose/compose.ts';
import type { Config } from '../config/config.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { encryptedTables } from '../tables/encrypted-tables.ts';
import { activeDemoUsers, type DemoAccount, loadDemoData } from './demo-data.ts';
import { placeDemoOrders } from './demo-orders.ts';
import { migrateSchema, openSchema } from './migrate-schema.ts';
import { findServerSettings, type ServerSettingsRow } from './queries.ts';
import { describeUnusablePasskeys } from './unusable-passkeys.ts';

const VERSION_NUMBER_MIN = 150_000;

/** This may pass: a standby can be promoted, and a database that was moved or full can be opened for writes again. */
export const READ_ONLY_DATABASE =
  'The database is read-only: it is a standby, or default_transaction_read_only is on for the database or this user.';

export interface Prepared {
  /** New accounts with their passwords; null if none were created now. */
  readonly demoAccounts: readonly DemoAccount[] | null;
}

/**
 * Prepares the database for serving: migrated by its owner, fit for production if required, with the first admin and
 * the demo data if configured. `migrationUrl` is that of the owner, null if the program runs as the owner. Safe to
 * repeat, and on several servers at once.
 */
export async function prepareDatabase(
  config: Config,
  application: Pick<Application, 'database' | 'modules'>,
  migrationUrl: string | null,
  log: Log,
): Promise<Prepared> {
  const { database } = application;
  await using schema = await openSchema(config, database, migrationUrl, log);
  const [settings] = await findServerSettings(database);
  const [{ trigrams } = settings!] = await findServerSettings(schema.owner);
  const faults = serverFaults({ ...settings!, trigrams }, config.production);
  if (faults.length > 0) throw new UnfitDatabaseError(faults.join('\n'));
  if (settings!.readOnly === 'on') throw unavailable(new Error(READ_ONLY_DATABASE));
  await migrateSchema(config, schema, log);
  describeKeys(await registerKeys(database, encryptedTables), log);
  if (config.production) await refuseDemoUsers(database);
  const demoAccounts = wantsDemoData(config)
    ? await loadDemoData(database, application.modules, config.currency)
    : null;
  if (demoAccounts !== null) await tryDemoOrders(application, demoAccounts, log);
  await ensureAdmin(database, config, log);
  for (const text of await describeUnusablePasskeys(config, database)) log.warn(`${text}.`);
  return { demoAccounts };
}

function describeKeys({ missingIds, next }: KeyState, log: Log): void {
  if (missingIds.length > 0) {
    log.warn(
      `ENCRYPTION_KEY does not contain ${missingIds.join(', ')}, under which other servers will encrypt secrets: add it, or this server cannot read them.`,
    );
  } else if (next !== null) {
    log.info(
      `From ${next.encryptsFrom.toISOString()} on, secrets are encrypted under the key ${next.id} of ENCRYPTION_KEY. All servers need it by then.`,
    );
  }
}

/** Throws `UnfitDatabaseError` if demo users could sign in: their passwords were shown on a screen. */
export async function refuseDemoUsers(database: Database): Promise<void> {
  const fault = await findDemoFault(database);
  if (fault !== null) throw new UnfitDatabaseError(fault);
}

/** Returns why production does not start with the users of this database; null: it does. */
export async function findDemoFault(database: Database): Promise<string | null> {
  const emails = await activeDemoUsers(database);
  if (emails.length === 0) return null;
  return `The database has demo users (${emails.join(', ')}): production does not start with them. Disable them: holdfast user disable EMAIL.`;
}

/** Returns one sentence for each problem of a PostgreSQL server. */
export function serverFaults(settings: ServerSettingsRow, production: boolean): string[] {
  const faults: string[] = [];
  if (settings.versionNumber < VERSION_NUMBER_MIN) {
    faults.push(`PostgreSQL ${settings.version} is too old: Holdfast needs 15 or later.`);
  }
  if (settings.trigrams === 'absent') {
    faults.push(
      "The PostgreSQL server does not have the extension pg_trgm, which searches need: install PostgreSQL's contrib package.",
    );
  }
  if (settings.trigrams === 'forbidden') {
    faults.push(
      'The extension pg_trgm, which searches need, is not installed in the database, and this user may not create it: ask an administrator to run "create extension pg_trgm" there, or name a user who may in DATABASE_MIGRATION_URL.',
    );
  }
  if (!production) return faults;
  const promise = 'an acknowledged order could be lost in a crash. Switch it on.';
  if (settings.fsync === 'off') faults.push(`PostgreSQL runs with fsync off: ${promise}`);
  if (settings.fullPageWrites === 'off') {
    faults.push(`PostgreSQL runs with full_page_writes off: ${promise}`);
  }
  if (settings.synchronousCommit === 'off') {
    faults.push(`PostgreSQL runs with synchronous_commit off: ${promise}`);
  }
  return faults;
}

function wantsDemoData({ demoData, database }: Config): boolean {
  return demoData === 'on' || (demoData === 'when-empty' && database.kind === 'embedded');
}

/** Nothing depends on the demo's orders, so a failure is only logged. */
async function tryDemoOrders(
  { modules }: Pick<Application, 'modules'>,
  accounts: readonly DemoAccount[],
  log: Log,
): Promise<void> {
  try {
    await placeDemoOrders(modules, accounts);
  } catch (error) {
    log.warn(`the orders of the demo were not placed: ${String(error)}`);
  }
}

/**
 * Creates the configured admin if there is no such user. Others may read the environment or its file, so the admin
 * chooses another password at the first sign-in. Nothing is checked before, so that a newer rule about passwords stops no
 * installation whose admin exists.
 */
async function ensureAdmin(
  database: Database,
  { admin, shopName }: Pick<Config, 'admin' | 'shopName'>,
  log: Log,
): Promise<void> {
  if (admin === null) return;
  try {
    const created = await createUserOnce(database, systemAuthor('start'), {
      ...admin,
      role: 'admin',
      passwordChangeRequired: true,
      shopName,
    });
    if (created === null) return;
    // Without the address, which belongs in no log.
    log.info('created the admin of ADMIN_EMAIL, who chooses a new password at the first sign-in');
  } catch (error) {
    if (!(error instanceof CodedError) || error.details.errors === undefined) throw error;
    throw new ConfigurationError([describeAdminFault(error)]);
  }
}

function describeAdminFault(error: CodedError): string {
  const [fault] = error.details.errors ?? [];
  const variable = fault?.pointer === '/email' ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD';
  return `${variable} cannot be used: ${fault?.detail ?? error.message}`;
}
