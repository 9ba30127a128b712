import type pg from 'pg';
import type { Database } from '../../src/database/database.ts';
import { createKeyRing } from '../../src/database/key-ring.ts';
import type { Queryable } from '../../src/database/statement.ts';
import { checkChanges, type InvariantResult } from '../../src/modules/operations/check-changes.ts';
import type { CheckProgress } from '../../src/modules/operations/stored-checks.ts';

/** Nothing has changed since this check, so rows are checked only as the next part of everything. */
const nothingChanged: CheckProgress = {
  position: Number.MAX_SAFE_INTEGER,
  checkedAt: new Date(Date.now() + 60 * 60_000).toISOString(),
  cursors: {},
  remembered: {},
};

/** Runs statements in the transaction of a plain client. */
export function queryableOn(client: pg.Client): Queryable {
  return {
    keyRing: createKeyRing([]),
    run: async <Row>(_name: string, text: string, values: readonly unknown[]) =>
      (await client.query(text, [...values])).rows.map(numbered) as Row[],
  };
}

/**
 * Checks rows by their ids, as the regular check does, in the transaction of the client: all of a small shop, or
 * `sliceMin` of each table.
 */
export async function checkByIds(
  database: Database,
  client: pg.Client,
  options: { readonly sliceMin?: number } = {},
): Promise<readonly InvariantResult[]> {
  const db = queryableOn(client);
  const inTransaction: Database = { ...database, ...db, snapshot: (work) => work(db) };
  return (await checkChanges(inTransaction, nothingChanged, options)).invariants;
}

/** Converts counts to numbers, as the product's pool does and a plain client does not. */
function numbered(row: Record<string, unknown>): Record<string, unknown> {
  if (!('violationCount' in row)) return row;
  return { ...row, violationCount: Number(row.violationCount) };
}
