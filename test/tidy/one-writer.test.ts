import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, sourceFiles, withoutComments } from './source-files.ts';

/** Rows, sequences, stock and events of orders stay consistent because one function writes them all. */

const orders = 'src/modules/orders';
const writer = `${orders}/writing/write-orders.ts`;
const statements = `${orders}/writing/write-queries.ts`;

const files = sourceFiles('src/**/*.ts').map(({ path, text }) => ({
  path,
  text: withoutComments(text),
}));

function filesWith(pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

test('statements that change rows of orders and of their lines stand in one file', () => {
  const change =
    /\b(insert\s+into|update|delete\s+from|merge\s+into|truncate(\s+table)?)\s+(only\s+)?(public\.)?(orders|order_lines)\b/i;
  assert.deepEqual(filesWith(change), [statements]);
});

test('the writer alone runs these statements', () => {
  const users = files
    .flatMap(importsOf)
    .filter(({ to, typeOnly }) => to === statements && !typeOnly)
    .map(({ from }) => from);
  assert.deepEqual(users, [writer]);
});

test('every change of the row of an order moves its sequence, by which it is cached', () => {
  const { text } = files.find(({ path }) => path === statements)!;
  const changes = [...text.matchAll(/update orders\s[^`]*`/g)];
  assert.equal(changes.length, 1);
  for (const [change] of changes) assert.match(change, /\blast_sequence = /);
});

test('the writer alone appends events of orders; other rooms append events of no order', () => {
  assert.deepEqual(filesWith(/insert\s+into\s+events\b/i), ['src/events/queries.ts']);
  assert.deepEqual(filesWith(/\binsertEvents\(/), ['src/events/append-events.ts']);
  const appending = filesWith(/\bappendEvents\(/).filter((path) => !path.startsWith('src/events/'));
  assert.deepEqual(appending, [
    'src/modules/inventory/record-correction.ts',
    writer,
    'src/modules/payments/ledger/record-facts.ts',
  ]);
  for (const path of appending.filter((each) => each !== writer)) {
    const { text } = files.find((file) => file.path === path)!;
    assert.match(text, /\borderId: null\b/, path);
    assert.doesNotMatch(text, /\borderId(: (?!null\b)|,)/, path);
  }
});

/** The sub-rooms of orders in their order; the files beside them are before all, and the room's doors after all. */
const ranks = [
  ['writing'],
  ['reading', 'lists'],
  ['placement'],
  ['queue'],
  ['changes'],
  ['imports'],
];
const doors = ['index.ts', 'orders.ts', 'routes.ts'];

function rankInOrders(path: string): number {
  const [name = '', inner] = path.slice(`${orders}/`.length).split('/');
  if (inner === undefined) return doors.includes(name) ? ranks.length : -1;
  return ranks.findIndex((rank) => rank.includes(name));
}

test('inside orders a file sees its own sub-room and those before it, of types too', () => {
  const wrong = files
    .filter(({ path }) => path.startsWith(`${orders}/`))
    .flatMap(importsOf)
    .filter(({ to }) => to.startsWith(`${orders}/`))
    .filter(({ from, to }) => rankInOrders(to) > rankInOrders(from));
  assert.deepEqual(
    wrong.map(({ from, to }) => `${from} imports ${to}`),
    [],
  );
});
