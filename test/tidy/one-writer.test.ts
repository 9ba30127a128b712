import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listImports, sourceFiles, withoutComments } from './source-files.ts';

/**
 * Rows, sequences, stock and events of orders stay consistent because one function writes them all. Another one only removes
 * what is personal.
 */

const writer = 'src/modules/orders/writing/write-orders.ts';
const forgetter = 'src/modules/orders/writing/forget-orders.ts';
const statements = 'src/modules/orders/writing/write-queries.ts';

const files = sourceFiles('src/**/*.ts').map(({ path, text }) => ({
  path,
  text: withoutComments(text),
}));

function filesWith(pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

test('statements that change orders and order lines are in one file', () => {
  const change =
    /\b(insert\s+into|update|delete\s+from|merge\s+into|truncate(\s+table)?)\s+(only\s+)?(public\.)?(orders|order_lines)\b/i;
  assert.deepEqual(filesWith(change), [statements]);
});

test('only the writer runs these statements', () => {
  const users = files
    .flatMap(listImports)
    .filter(({ to, typeOnly }) => to === statements && !typeOnly)
    .map(({ from }) => from);
  assert.deepEqual(users.sort(), [forgetter, writer]);
});

test("every change of an order's row increases its sequence, the stamp of the cache", () => {
  const { text } = files.find(({ path }) => path === statements)!;
  const changes = [...text.matchAll(/update orders\s[^`]*`/g)];
  assert.equal(changes.length, 2);
  for (const [change] of changes) assert.match(change, /\blast_sequence = /);
});

test('only the writer appends events of orders; other modules append events without an order', () => {
  assert.deepEqual(filesWith(/insert\s+into\s+events\b/i), ['src/events/queries.ts']);
  assert.deepEqual(filesWith(/\binsertEvents\(/), ['src/events/append-events.ts']);
  const appending = filesWith(/\bappendEvents\(/).filter((path) => !path.startsWith('src/events/'));
  assert.deepEqual(appending, [
    'src/modules/inventory/record-correction.ts',
    forgetter,
    writer,
    'src/modules/payments/ledger/record-facts.ts',
    'src/modules/pricing/record-change.ts',
    'src/modules/privacy/record-erasure.ts',
    'src/modules/scheduling/settings/update-shop.ts',
  ]);
  for (const path of appending.filter((each) => each !== writer && each !== forgetter)) {
    const { text } = files.find((file) => file.path === path)!;
    assert.match(text, /\borderId: null\b/, path);
    assert.doesNotMatch(text, /\borderId(: (?!null\b)|,)/, path);
  }
});
