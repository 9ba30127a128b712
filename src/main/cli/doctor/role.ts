import type { Database } from '../../../database/database.ts';
import {
  describeExcess,
  describeMissing,
  findPrivilegeGaps,
  type PrivilegeGap,
} from '../../../database/privileges.ts';
import { findRole, type RoleRow } from '../../../database/queries.ts';
import type { Config } from '../../config/config.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { openSchema } from '../../start/migrate-schema.ts';
import type { OpenDatabase } from '../../start/open-database.ts';
import { explainError } from '../explain-error.ts';
import { createFinding, type Finding } from './finding.ts';

const WHAT = 'database role';

/** Describes the role that the program runs as: whether it is more than it should be, or lacks privileges. */
export async function roleFindings(
  config: Config,
  { database, migrationUrl }: Pick<OpenDatabase, 'database' | 'migrationUrl'>,
): Promise<Finding[]> {
  const [role] = await findRole(database);
  const isSplit = migrationUrl !== null;
  const faults = isSplit ? await findOwnerFaults(config, database, migrationUrl) : [];
  const power = describePower(role!, isSplit);
  if (power !== null) return [...faults, createFinding(WHAT, 'look', power)];
  const gaps = await findGaps(database, role!.name);
  const findings = [
    ...(gaps.some(({ isMissing }) => isMissing)
      ? [createFinding(WHAT, 'wrong', describeMissing(gaps, role!.name))]
      : []),
    ...(gaps.some(({ isMissing }) => !isMissing)
      ? [createFinding(WHAT, 'look', describeExcess(gaps, role!.name))]
      : []),
  ];
  const sound = `${role!.name} owns nothing and has only the privileges that it needs`;
  return [...faults, ...(findings.length > 0 ? findings : [createFinding(WHAT, 'ok', sound)])];
}

async function findOwnerFaults(
  config: Config,
  database: Database,
  migrationUrl: string,
): Promise<Finding[]> {
  try {
    await using _schema = await openSchema(config, database, migrationUrl, createCommandLogger());
    return [];
  } catch (error) {
    return [createFinding('migrations', 'wrong', explainError(error).text)];
  }
}

/** Describes what the role could do to the tables that their guards refuse. Null if that is nothing. */
function describePower(
  { name, isSuperuser, isPowerful, owner }: RoleRow,
  isSplit: boolean,
): string | null {
  if (isSuperuser || owner !== null) {
    const what = isSuperuser
      ? 'is a superuser'
      : owner === name
        ? 'owns the tables'
        : `is a member of ${owner}, which owns the tables`;
    const remedy = isSplit
      ? 'Name another user there, which is neither: create role holdfast_app login password \'…\'; then run "holdfast migrate".'
      : 'Create another one, as an administrator: create role holdfast_app login password \'…\'; set DATABASE_MIGRATION_URL to the present DATABASE_URL, and the user and password in DATABASE_URL to the new ones; then run "holdfast migrate".';
    return `The user ${name} of DATABASE_URL ${what}, so nothing protects the log from a fault in the program. ${remedy}`;
  }
  if (isPowerful) {
    return `The user ${name} of DATABASE_URL may create roles or databases, replicate, or bypass row security. Let an administrator run: alter role "${name}" nocreaterole nocreatedb noreplication nobypassrls.`;
  }
  return null;
}

async function findGaps(database: Database, role: string): Promise<readonly PrivilegeGap[]> {
  const client = await database.connect();
  try {
    return await findPrivilegeGaps(client, role);
  } finally {
    await client.end().catch(() => {});
  }
}
