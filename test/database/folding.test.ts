import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { createDatabase } from '../../src/database/database.ts';
import { migrate, migrationsDirectory } from '../../src/database/migrate.ts';
import { newId } from '../../src/shared/ids.ts';
import { emptyDatabase, testDatabase } from '../support/database.ts';

const { database } = await testDatabase();

async function foldAll(texts: readonly string[]): Promise<string[]> {
  const rows = await database.run<{ folded: string }>(
    'test.fold',
    'select fold_text(text) as folded from unnest($1::text[]) with ordinality as all_of (text, at) order by at',
    [texts],
  );
  return rows.map(({ folded }) => folded);
}

async function folded(text: string): Promise<string> {
  return (await foldAll([text]))[0]!;
}

describe('folded text', () => {
  const same: readonly (readonly string[])[] = [
    ['Café', 'Cafe\u0301', 'cafe', 'CAFÉ', 'caf\u00e8', 'ca\u00adf\u200be'],
    ['Müller', 'Muller', 'MÜLLER', 'mu\u0308ller'],
    ['Smørrebrød', 'smorrebrod', 'SMØRREBRØD'],
    ['Łódź', 'lodz', 'ŁÓDŹ'],
    ['Đorđe', 'dorde', 'ðorðe'],
    ['Straße', 'strasse', 'STRAẞE', 'STRASSE'],
    ['Ærø', 'aero', 'ÆRØ'],
    ['Œuf', 'oeuf'],
    ['İstanbul', 'istanbul', 'ISTANBUL', 'ıstanbul'],
    ['Þór', 'thor'],
    ['Ħal Għaxaq', 'hal ghaxaq'],
    ['ΟΔΟΣ', 'οδος', 'οδός'],
    ['Йогурт', 'йогурт', 'ЙОГУРТ'],
    ['ＡＢＣ１２', 'abc12'],
    ['ﬁg', 'fig'],
    ['a\u00a0b', 'a b'],
    ['ガ', 'カ\u3099', 'ｶﾞ'],
    ['각', '\u1100\u1161\u11a8'],
    ['עִבְרִית', 'עברית'],
    ['مُحَمَّد', 'محمد'],
  ];
  for (const spellings of same) {
    test(`is the same for ${spellings.join(', ')}`, async () => {
      const [first, ...others] = await foldAll(spellings);
      for (const other of others) assert.equal(other, first);
    });
  }

  test('differs for different letters and signs', async () => {
    for (const [one, other] of [
      ['カ', 'ガ'],
      ['가', '각'],
      ['कि', 'क'],
      ['a', 'o'],
      ['100%', '100'],
    ] as const) {
      assert.notEqual(await folded(one), await folded(other), `${one}, ${other}`);
    }
  });

  test('is the same for both Unicode forms of any text', async () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(texts, async (all) => {
        const storable = all.map((text) => text.replaceAll('\0', ''));
        assert.deepEqual(
          await foldAll(storable.map((text) => text.normalize('NFC'))),
          await foldAll(storable.map((text) => text.normalize('NFD'))),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('treats pattern characters literally, even if folding produces them', async () => {
    for (const [text, search] of [
      ['100%', '％'],
      ['a_b', '＿'],
      ['a\\b', '＼'],
    ] as const) {
      const found = await database.run<{ here: boolean; elsewhere: boolean }>(
        'test.pattern',
        `select fold_text($1::text) like search_pattern($2::text) as here,
                fold_text('xyz') like search_pattern($2::text) as elsewhere`,
        [text, search],
      );
      assert.deepEqual(found, [{ here: true, elsewhere: false }], search);
    }
  });
});

test('the migration keeps names in orders as they are and normalizes names that can change', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  after(() => rm(folder, { recursive: true }));
  for (const name of await readdir(migrationsDirectory)) {
    if (Number(name.slice(0, 4)) < 16) {
      await copyFile(join(migrationsDirectory, name), join(folder, name));
    }
  }
  const { ownerUrl: url } = await emptyDatabase();
  const before = createDatabase({ url, poolMax: 2, constraints: {} });
  try {
    await migrate(before, { directory: folder });
    const [userId, productId, orderId] = [newId(), newId(), newId()];
    const name = 'Cafe\u0301';
    await before.transaction(async (tx) => {
      await tx.run(
        'test.user',
        `insert into users (id, email, email_key, name, password_hash)
         values ($1::uuid, 'a@example.com', 'a@example.com', $2::text, 'none')`,
        [userId, name],
      );
      await tx.run(
        'test.product',
        `insert into products (id, sku, name, description, price_minor, currency)
         values ($1::uuid, 'CAFE', $2::text, $2::text, 100, 'GBP')`,
        [productId, name],
      );
      await tx.run(
        'test.order',
        `insert into orders (id, number, customer_id, status, vip, total_minor, currency, note, source)
         values ($1::uuid, '1', $2::uuid, 'COMPLETED', false, 100, 'GBP', $3::text, 'import')`,
        [orderId, userId, name],
      );
      await tx.run(
        'test.line',
        `insert into order_lines (order_id, line_number, product_id, sku, name, quantity,
                                  unit_price_minor, total_minor)
         values ($1::uuid, 1, $2::uuid, 'CAFE', $3::text, 1, 100, 100)`,
        [orderId, productId, name],
      );
    });
    await migrate(before);
    const rows = await before.run(
      'test.names',
      `select users.name as "user", products.name as product, products.description,
              order_lines.name as line, orders.note
         from users, products, orders, order_lines`,
      [],
    );
    const normal = 'Café';
    assert.deepEqual(rows, [
      { user: normal, product: normal, description: normal, line: name, note: name },
    ]);
    const sold = await before.run<{ name: string }>(
      'test.sold',
      'select name from sold_names where search_key like search_pattern($1::text) order by name',
      ['cafe'],
    );
    assert.deepEqual(
      sold.map((row) => row.name),
      [name, normal],
    );
  } finally {
    await before.close();
  }
});
