import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import { type AuditEntry, recordAudit } from '../../../src/audit/index.ts';
import type { Queryable } from '../../../src/database/statement.ts';
import type { ListAuditInput } from '../../../src/modules/operations/audit-schemas.ts';
import { listAudit } from '../../../src/modules/operations/list-audit.ts';
import { type Author, systemActor } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { createCursors } from '../../../src/shared/pagination.ts';
import { testDatabase } from '../../support/database.ts';
import { query } from '../../support/until.ts';

const ROWS = 2_000;
const LIMIT = 10;
/** The planner looks at the ends of indexes, whatever the number of rows. */
const PLANNER_ROWS_MAX = 8;
const ROWS_OF_A_LARGE_SHOP = 1_000_000;

const { database, url, ownerUrl } = await testDatabase();
const cursors = createCursors('thirty-two bytes of secret for tests');
const cause = { requestId: null, traceId: null };
const busy: Author = { actor: { type: 'user', id: newId(), role: 'admin' }, cause };
const idle: Author = { actor: { type: 'user', id: newId(), role: 'admin' }, cause };
const system: Author = { actor: systemActor, cause };
const productId = newId();

const record = (by: Author, entries: readonly AuditEntry[]) =>
  database.transaction((tx) => recordAudit(tx, by, entries));
const changes = (count: number): AuditEntry[] =>
  Array.from({ length: count }, (_, step) => ({
    type: 'product.changed',
    subjectId: productId,
    before: { step },
    after: { step: step + 1 },
  }));

/** An audit in which nearly every row has the same type, actor and subject, the few others being the oldest. */
before(async () => {
  await record(idle, [{ type: 'shop.changed', subjectId: null, before: null, after: {} }]);
  await record(system, [{ type: 'user.created', subjectId: newId(), before: null, after: {} }]);
  await record(busy, [{ type: 'api_key.created', subjectId: newId(), before: null, after: {} }]);
  await record(busy, changes(ROWS));
  await query(ownerUrl, 'analyze');
  await query(ownerUrl, 'update pg_class set reltuples = $1 where relname = $2', [
    ROWS_OF_A_LARGE_SHOP,
    'audit',
  ]);
});

/** Reads a page, and counts statements and the rows of the audit that they read. */
async function countReads(input: ListAuditInput, planCacheMode: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`begin; set local plan_cache_mode = ${planCacheMode}`);
    let statements = 0;
    const run: Queryable['run'] = async <Row>(
      name: string,
      text: string,
      values: readonly unknown[],
    ) => {
      statements += 1;
      return (await client.query({ name, text, values: [...values] })).rows as Row[];
    };
    const page = await listAudit({ ...database, run }, cursors, { limit: LIMIT, ...input });
    const { rows } = await client.query<{ looked: number }>(
      `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as looked
         from pg_stat_xact_user_tables
        where relname = 'audit'`,
    );
    return { page, statements, rowsRead: rows[0]!.looked };
  } finally {
    await client.end();
  }
}

describe('a page of the audit reads its own rows only, with one statement', () => {
  const wanted: readonly [string, ListAuditInput, onPage: number][] = [
    ['all', {}, LIMIT],
    ['the type of nearly all rows', { type: 'product.changed' }, LIMIT],
    ['a rare type', { type: 'shop.changed' }, 1],
    ['a type without rows', { type: 'charge.deleted' }, 0],
    ['rare types', { type: 'shop.changed,user.created' }, 2],
    ['a kind of subject', { subject: 'user' }, 1],
    ['the subject of nearly all rows', { subject: productId }, LIMIT],
    ['a subject without rows', { subject: newId() }, 0],
    ['the actor of nearly all rows', { actor: busy.actor.id! }, LIMIT],
    ['a rare type of a busy actor', { actor: busy.actor.id!, type: 'api_key.created' }, 1],
    ['an actor with few rows', { actor: idle.actor.id! }, 1],
    ['the system', { actor: 'system' }, 1],
    ['operators, of whom there are none', { actor: 'operator' }, 0],
  ];
  for (const mode of ['force_generic_plan', 'force_custom_plan']) {
    for (const [name, filters, onPage] of wanted) {
      test(`${name}, ${mode}`, async () => {
        const first = await countReads(filters, mode);
        assert.deepEqual([first.page.data.length, first.statements], [onPage, 1]);
        // One row more shows that there is another page.
        const rowsMax = (onPage === LIMIT ? LIMIT + 2 : onPage) + PLANNER_ROWS_MAX;
        assert.ok(first.rowsRead <= rowsMax, `${first.rowsRead} rows were read`);
        const period = { from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' };
        const empty = await countReads({ ...filters, ...period }, mode);
        assert.equal(empty.page.data.length, 0);
        assert.ok(empty.rowsRead <= PLANNER_ROWS_MAX, `${empty.rowsRead} rows were read`);
        if (first.page.nextCursor === null) return;
        const next = await countReads({ ...filters, cursor: first.page.nextCursor }, mode);
        assert.equal(next.page.data.length, LIMIT);
        assert.ok(next.rowsRead <= rowsMax, `${next.rowsRead} rows were read`);
      });
    }
  }
});
