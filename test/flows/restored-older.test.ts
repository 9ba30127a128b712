import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readMigrations } from '../../src/database/migrate.ts';
import { newId } from '../../src/shared/ids.ts';
import { runCommand } from '../support/command.ts';
import { emptyDatabase } from '../support/database.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { query } from '../support/until.ts';

/** Before sessions had devices, and before there were seals, factors and personal keys. */
const OLDER = [46, 33];

const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

for (const migration of OLDER) {
  test(`a backup from before migration ${migration} is restored and migrated`, async () => {
    const old = await openOldDatabase(migration);
    const id = newId();
    await old.database.run(
      'test.add_product',
      `with product as (
         insert into products (id, sku, name, price_minor, currency)
         values ($1::uuid, 'OLD-TART', 'Tart of before', 595, 'GBP'))
       select setval('order_numbers', 100077, true)`,
      [id],
    );
    const file = join(folder, `before-${migration}`);
    const environment = { DATA_DIR: folder, DATABASE_URL: old.url };
    const made = await runCommand(['backup', file], { environment });
    assert.equal(made.code, 0, made.stderr);
    const target = await emptyDatabase();
    const { code, stdout, stderr } = await runCommand(['restore', file], {
      environment: {
        DATA_DIR: join(folder, 'data'),
        DATABASE_URL: target.url,
        DATABASE_MIGRATION_URL: target.ownerUrl,
      },
    });
    assert.equal(code, 0, stdout + stderr);
    const { length } = await readMigrations();
    assert.match(stdout, new RegExp(`with migration ${migration - 1}: `));
    assert.match(stdout, new RegExp(`^Migrated it to ${length}\\.$`, 'm'));
    const products = await query(target.url, 'select id, sku, name from products');
    assert.deepEqual(products, [{ id, sku: 'OLD-TART', name: 'Tart of before' }]);
    const [next] = await query(target.url, `select nextval('order_numbers')::text as number`);
    assert.deepEqual(next, { number: '100078' });
  });
}
