import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { matchedPage, ordersPage } from '../../src/modules/orders/lists/list-queries.ts';
import { testDatabase } from '../support/database.ts';
import { findDefinedStatements, findDefiningFiles } from '../support/defined-statements.ts';
import { query } from '../support/until.ts';
import { sourceFiles } from './source-files.ts';
import { findTableUses, type Use } from './statement-tables.ts';

/**
 * Tables, views and sequences belong to rooms: a statement stands in the room whose tables it writes, and reads those of
 * another room only where it is named below. The text of views, triggers and functions is free, since a constraint may
 * speak of several rooms; so are `bench/` and `test/`, which look at the whole database, and what pg-boss keeps in a
 * schema of its own.
 */
const tablesByRoom: Readonly<Record<string, readonly string[]>> = {
  'src/database': ['idempotency_keys', 'schema_migrations'],
  'src/events': ['events', 'log_readers'],
  'src/jobs': ['jobs', 'schedules'],
  'src/drivers/payments/sandbox': [
    'sandbox.charges',
    'sandbox.deliveries',
    'sandbox.refunds',
    'sandbox.sessions',
  ],
  'src/modules/accounts': [
    'api_keys',
    'password_resets',
    'refresh_families',
    'refresh_tokens',
    'users',
  ],
  'src/modules/catalog': ['products'],
  'src/modules/inventory': ['stock', 'stock_movements'],
  'src/modules/orders': [
    'order_lines',
    'order_numbers',
    'order_status_steps',
    'orders',
    'queued_orders',
    'sold_names',
  ],
  'src/modules/carts': ['cart_items', 'carts'],
  'src/modules/payments': ['payment_captures', 'payment_refunds', 'payments', 'provider_events'],
  'src/modules/notifications': ['mail_messages'],
  'src/modules/webhooks': ['webhook_deliveries', 'webhook_endpoints', 'webhook_lines'],
};

/** Every invariant is a view that operations counts, beside the rows of the table that it speaks of. */
const INVARIANTS_FILE = 'src/modules/operations/invariants.ts';
const isInvariant = (table: string) => table.startsWith('inv_');

interface ForeignUse {
  readonly reads?: readonly string[];
  readonly locks?: readonly string[];
  readonly reason: string;
}

/** What statements use of other rooms, by the statement's name. No statement writes there. */
const foreignUses: Readonly<Record<string, ForeignUse>> = {
  'catalog.find_product': {
    reads: ['stock'],
    reason: 'A product is shown with what is left of it, both of one moment.',
  },
  'catalog.lock_product': {
    reads: ['stock'],
    reason: 'The answer to an edit shows what is left of the product.',
  },
  'catalog.list_products': {
    reads: ['stock'],
    reason: 'The list is filtered by what is left, before its limit.',
  },
  'inventory.find_offers': {
    reads: ['products'],
    reason: 'Every placement reads prices and stock: one statement for both.',
  },
  'inventory.lock_offers': {
    reads: ['products'],
    reason: 'Every placement reads prices and stock: one statement for both.',
  },
  'orders.find_matches_by_index': {
    reads: ['users'],
    reason: 'A search looks at names, addresses and numbers in one trip.',
  },
  'orders.find_matches_by_scan': {
    reads: ['users'],
    reason: 'A search looks at names, addresses and numbers in one trip.',
  },
  'orders.search_*': {
    reads: ['users'],
    reason: 'A search filters orders by the address of the customer, before its limit.',
  },
  'carts.find': {
    reads: ['products', 'stock'],
    reason: 'Every read of a cart shows prices and stock of the moment: one statement.',
  },
  'carts.remove_item': {
    reads: ['products'],
    reason: 'The SKU names the line; a look-up first would be a trip more under the lock.',
  },
  'payments.lock_orders': {
    locks: ['orders'],
    reason: 'Captures lock the orders of their payments in one trip, without ids read before.',
  },
  'payments.find_due_returns': {
    reads: ['orders'],
    reason: 'Money goes back by the state of its order: the index of open work starts the join.',
  },
  'payments.end_of_ended_orders': {
    reads: ['orders'],
    reason: 'Pages end with their orders: the payments that are open start the join.',
  },
  'payments.list': {
    reads: ['orders'],
    reason: 'The list shows the number of the order of each payment.',
  },
  'webhooks.find_delivery': {
    reads: ['jobs'],
    reason: 'When a delivery is tried next is known by its job; both are of one moment.',
  },
  'webhooks.find_delivery_of_event': {
    reads: ['jobs'],
    reason: 'When a delivery is tried next is known by its job; both are of one moment.',
  },
  'webhooks.list_deliveries': {
    reads: ['jobs'],
    reason: 'When a delivery is tried next is known by its job; both are of one moment.',
  },
  'webhooks.find_due_delivery': {
    reads: ['events'],
    reason: 'Every delivery reads all that its call needs: one statement.',
  },
  'operations.find_hours': {
    reads: ['events'],
    reason: 'A report counts the log by what events mean, which the log does not know.',
  },
  'operations.find_dead_letters': {
    reads: ['jobs', 'provider_events'],
    reason: 'One page of two rooms, newest first.',
  },
};

const { database, url } = await testDatabase();
const client = await database.connect();
after(() => client.end());

interface FoundStatement {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/** Pages of orders are written by their filters: here one of each index and each kind of search. */
function orderPages(): readonly FoundStatement[] {
  const matches = { skus: ['A'], names: ['Apple'], customerIds: [], numbers: ['1'] };
  const filters = [
    {},
    { customerId: '0' },
    { statuses: ['PENDING' as const] },
    { sku: 'A' },
    { sku: 'A', customerId: '0', statuses: ['PENDING' as const] },
  ];
  return filters
    .flatMap((filter) => [
      ordersPage(filter, null, 1),
      ...[null, 5].map((pages) => ordersPage(filter, null, 1, { text: 'a', emails: true, pages })),
      matchedPage(matches, filter, null, 1),
    ])
    .map(({ name, text }) => ({ file: 'src/modules/orders/lists/list-queries.ts', name, text }));
}

const defined = await findDefinedStatements(await findDefiningFiles());
const statements: readonly FoundStatement[] = [
  ...defined.map(({ file, statement: { statementName: name, text } }) => ({ file, name, text })),
  ...orderPages(),
];

interface FoundUse extends FoundStatement {
  readonly table: string;
  readonly use: Use;
}

const uses: FoundUse[] = [];
for (const found of statements) {
  for (const use of await findTableUses(client, found.text)) uses.push({ ...found, ...use });
}

/** The uses of tables that belong to another room. */
const foreign = uses.filter(
  ({ file, table }) =>
    file !== INVARIANTS_FILE &&
    !Object.entries(tablesByRoom).some(
      ([room, tables]) => file.startsWith(`${room}/`) && tables.includes(table),
    ),
);

const entryFor = (name: string) =>
  Object.keys(foreignUses).find((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name,
  );
const said = ({ file, name, use, table }: FoundUse) => `${file}: ${name} ${use} ${table}`;

test('every table, view and sequence belongs to one room', async () => {
  // A sequence that fills a column goes with its table.
  const relations = await query(
    url,
    `select oid::regclass::text as name
       from pg_class
      where relkind in ('r', 'p', 'v', 'm', 'S')
        and relnamespace in ('public'::regnamespace, 'sandbox'::regnamespace)
        and not exists (select from pg_depend where objid = pg_class.oid and deptype in ('a', 'i') and relkind = 'S')`,
  );
  const names = relations.map(({ name }) => String(name)).filter((name) => !isInvariant(name));
  assert.deepEqual(Object.values(tablesByRoom).flat().sort(), names.sort());
});

test('the uses of tables are found: reads, locks and writes', async () => {
  const found = await findTableUses(
    client,
    `with changed as (
       update orders set note = 'x' where id = $1::uuid returning id)
     select users.id
       from users
       join changed on changed.id = users.id
      where exists (select from products)
        for update of users`,
  );
  assert.deepEqual(found.map(({ use, table }) => `${use} ${table}`).sort(), [
    'locks users',
    'reads products',
    'writes orders',
  ]);
  assert.ok(uses.length > statements.length / 2, `${uses.length} uses`);
});

test('no statement writes to a table of another room', () => {
  assert.deepEqual(foreign.filter(({ use }) => use === 'writes').map(said), []);
});

test('a statement reads and locks tables of another room only where it is named, with a reason', () => {
  const wrong = foreign.filter(({ name, use, table }) => {
    const entry = foreignUses[entryFor(name) ?? ''];
    return !(use === 'reads' ? entry?.reads : entry?.locks)?.includes(table);
  });
  assert.deepEqual(wrong.map(said), []);
});

test('what is named as used of another room is used', () => {
  const used = new Set(foreign.map(({ name, use, table }) => `${entryFor(name)} ${use} ${table}`));
  const named = Object.entries(foreignUses).flatMap(([name, { reads = [], locks = [] }]) => [
    ...reads.map((table) => `${name} reads ${table}`),
    ...locks.map((table) => `${name} locks ${table}`),
  ]);
  assert.deepEqual(
    named.filter((one) => !used.has(one)),
    [],
  );
});

test('SQL is run by statements; only src/database and the pages of orders run their own', () => {
  const isFree = (path: string) =>
    path.startsWith('src/database/') || path.startsWith('src/modules/orders/lists/');
  const wrong = sourceFiles('src/**/*.ts').filter(
    ({ path, text }) => !isFree(path) && /\.query\(|\.run</.test(text),
  );
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});
