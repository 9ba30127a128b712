import { createRequire } from 'node:module';
import type pg from 'pg';
import { getConstructionPlans, getMigrationPlans } from 'pg-boss';
import { beginOn } from '../../../database/run-on-connection.ts';

/** pg-boss's own schema. */
export const SCHEMA = 'pgboss';

/** The version of its schema that the installed pg-boss needs. Its exports do not include the number. */
const schemaVersion: number = createRequire(import.meta.url)('pg-boss/package.json').pgboss.schema;

/**
 * Creates or upgrades the schema of pg-boss, as the owner of the tables: a running server has no right to. Returns
 * whether there was anything to do. Safe to repeat, and on several servers at once.
 */
export async function installPostgresQueue(client: pg.ClientBase): Promise<boolean> {
  const version = await readVersion(client);
  if (version !== null && version >= schemaVersion) return false;
  const plan = version === null ? getConstructionPlans(SCHEMA) : getMigrationPlans(SCHEMA, version);
  // The plan commits its transaction. Indexes are built after it, each outside any transaction.
  const end = plan.lastIndexOf('COMMIT;') + 'COMMIT;'.length;
  try {
    // The plan has a "begin" of its own, without our settings.
    await beginOn(client);
    await client.query(plan.slice(0, end));
  } catch (error) {
    await client.query('rollback');
    // Another server was faster.
    if ((await readVersion(client)) !== schemaVersion) throw error;
    return true;
  }
  for (const statement of plan.slice(end).split(/;\s*(?:\n|$)/)) {
    if (statement.trim() !== '') await client.query(statement);
  }
  return true;
}

async function readVersion(client: pg.ClientBase): Promise<number | null> {
  const { rows } = await client.query<{ exists: boolean }>(
    `select to_regclass('${SCHEMA}.version') is not null as exists`,
  );
  if (rows[0]?.exists !== true) return null;
  const { rows: versions } = await client.query<{ version: number }>(
    `select version from ${SCHEMA}.version`,
  );
  return versions[0]?.version ?? null;
}
