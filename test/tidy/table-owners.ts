/**
 * The module of each table and sequence. A statement writes to tables of its own module, and uses those of other modules only
 * where it is named below. Free are the text of views, triggers and functions in migrations, since a rule may be about
 * several modules; `bench/` and `test/`, which look at the whole database; and what pg-boss keeps in a schema of its own.
 */
export const tablesByModule: Readonly<Record<string, readonly string[]>> = {
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

/** Counts every view of an invariant, and the rows of the table that it is about: reads there are free. */
export const INVARIANTS_FILE = 'src/modules/operations/invariants.ts';
export const isInvariant = (table: string) => table.startsWith('inv_');

export interface ForeignUse {
  readonly reads?: readonly string[];
  readonly locks?: readonly string[];
  readonly reason: string;
}

/** What statements use of other modules, by the statement's name. No statement writes there. */
export const foreignUses: Readonly<Record<string, ForeignUse>> = {
  'catalog.find_product': {
    reads: ['stock'],
    reason: 'A product is shown together with its available stock, read in one snapshot.',
  },
  'catalog.lock_product': {
    reads: ['stock'],
    reason: 'The response to an edit shows the available stock of the product.',
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
};
