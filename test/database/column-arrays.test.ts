import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toColumnArrays, unnestColumns } from '../../src/database/column-arrays.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();
const types = {
  place: 'integer',
  text: 'text',
  flag: 'boolean',
  at: 'timestamptz',
  data: 'jsonb',
} as const;
const select = `select * from ${unnestColumns('new_row', types)}`;

/** PostgreSQL stores no zero byte in a text. */
const texts = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '').toWellFormed()),
  fc.constantFrom(
    '',
    'null',
    'NULL',
    'Null',
    '{}',
    '{"a",b}',
    ',',
    '"',
    '\\',
    '\\"',
    ' ',
    '\n',
    '\u00a0',
    "'",
  ),
);

test('every value arrives as it was sent, in its row and column', async () => {
  const rows = fc.array(
    fc.record({
      text: fc.option(texts),
      flag: fc.option(fc.boolean()),
      at: fc.option(
        fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      ),
      data: fc.option(fc.record({ text: texts, flag: fc.boolean() })),
    }),
    { minLength: 1, maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(rows, async (values) => {
      const sent = values.map((row, place) => ({ place, ...row }));
      const stored = sent.map((row) => ({
        ...row,
        data: row.data === null ? null : JSON.stringify(row.data),
      }));
      const read = await database.run('test.unnest', select, toColumnArrays(types, stored));
      assert.deepEqual(
        read.map((row) => ({ ...(row as object) })),
        sent.map((row) => ({ ...row, data: row.data === null ? null : { ...row.data } })),
      );
    }),
    { numRuns: 200 },
  );
});

test('every array arrives as it was sent, and is read as it is stored, whatever its elements are', async () => {
  const arrays = fc.record({
    texts: fc.array(fc.option(texts), { maxLength: 20 }),
    plain: fc.array(fc.constantFrom('a', 'b-1', 'nUll', 'NULLS'), { maxLength: 20 }),
    ids: fc.array(fc.option(fc.uuid()), { maxLength: 20 }),
    numbers: fc.array(fc.option(fc.maxSafeInteger()), { maxLength: 20 }),
    flags: fc.array(fc.option(fc.boolean()), { maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(arrays, async ({ texts, plain, ids, numbers, flags }) => {
      const [read] = await database.run<{ sent: string }>(
        'test.arrays',
        `select jsonb_build_array($1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::boolean[])::text as sent,
                $1::text[] as texts, $2::text[] as plain, $3::uuid[] as ids`,
        [texts, plain, ids, numbers, flags],
      );
      const { sent, ...stored } = read!;
      assert.deepEqual(JSON.parse(sent), [texts, plain, ids, numbers, flags]);
      assert.deepEqual(stored, { texts, plain, ids });
    }),
    { numRuns: 200 },
  );
});
