/**
 * The module of each table and sequence. A statement writes only to tables of its own module, and uses those of other
 * modules only if it is named below. Exempt are views, triggers and functions in migrations, since a rule may concern
 * several modules; `bench/` and `test/`, which use the whole database; and pg-boss's own schema.
 */
export const tablesByModule: Readonly<Record<string, readonly string[]>> = {
  'src/database': ['encryption_keys', 'idempotency_keys', 'schema_migrations'],
  'src/personal': ['personal_keys'],
  'src/audit': ['audit'],
  'src/events': ['events', 'log_readers'],
  'src/jobs': ['jobs', 'schedules'],
  'src/seals': ['log_seals', 'newest_seal'],
  'src/drivers/payments/sandbox': [
    'sandbox.charges',
    'sandbox.deliveries',
    'sandbox.refunds',
    'sandbox.sessions',
  ],
  'src/modules/accounts': [
    'account_notices',
    'api_keys',
    'factor_challenges',
    'factor_failures',
    'factors',
    'email_links',
    'known_devices',
    'password_resets',
    'recovery_codes',
    'refresh_families',
    'refresh_tokens',
    'session_epoch',
    'users',
  ],
  'src/modules/pricing': ['charges', 'discount_uses', 'discounts', 'price_versions', 'tax_rates'],
  'src/modules/scheduling': ['shop_settings', 'slot_places', 'slots'],
  'src/modules/catalog': ['modifier_groups', 'modifiers', 'products'],
  'src/modules/inventory': ['stock', 'stock_movements'],
  'src/modules/orders': [
    'former_fulfilments',
    'order_bills',
    'order_keys',
    'order_lines',
    'order_numbers',
    'order_responses',
    'order_status_steps',
    'orders',
    'queued_orders',
    'sold_names',
  ],
  'src/modules/carts': ['cart_items', 'carts'],
  'src/modules/payments': ['payment_captures', 'payment_refunds', 'payments', 'provider_events'],
  'src/modules/notifications': ['mail_messages', 'mail_settings', 'mail_texts'],
  'src/modules/webhooks': ['webhook_deliveries', 'webhook_endpoints', 'webhook_lines'],
  'src/modules/privacy': ['erasures'],
};

/** They count and select the rows of the invariants' tables, so their reads are exempt. */
export const INVARIANTS_FILES = [
  'src/modules/operations/invariants.ts',
  'src/modules/operations/scope-queries.ts',
];
export const isInvariant = (table: string) => table.startsWith('inv_');

export interface ForeignUse {
  readonly reads?: readonly string[];
  readonly locks?: readonly string[];
  readonly reason: string;
}

/** The uses of other modules' tables, by the statement's name. No statement writes to them. */
export const foreignUses: Readonly<Record<string, ForeignUse>> = {
  'events.find_old': {
    reads: ['orders'],
    reason: 'A reason belongs to the customer of the order: one statement.',
  },
  'events.find_*': {
    reads: ['orders', 'personal_keys'],
    reason:
      'The reasons of a history are read with the keys that decrypt them, unless the order was forgotten: one statement.',
  },
  'seals.read_events_*': {
    reads: ['events'],
    reason: 'Every column of the rows is sealed.',
  },
  'seals.read_audit_*': {
    reads: ['audit'],
    reason: 'Every column of the rows is sealed.',
  },
  'seals.find_period_events': {
    reads: ['events'],
    reason: 'The rows of a period are compared with their seals.',
  },
  'seals.find_period_audit': {
    reads: ['audit'],
    reason: 'The rows of a period are compared with their seals.',
  },
  'seals.find_beneath_events': {
    reads: ['events'],
    reason: 'Rows that were added beneath all others are named.',
  },
  'seals.find_beneath_audit': {
    reads: ['audit'],
    reason: 'Rows that were added beneath all others are named.',
  },
  'seals.find_leaf_as_events_*': {
    reads: ['events'],
    reason: 'Tells whether a row that was moved is otherwise as it was sealed.',
  },
  'seals.find_leaf_as_audit_*': {
    reads: ['audit'],
    reason: 'Tells whether a row that was moved is otherwise as it was sealed.',
  },
  'seals.find_unsealed': {
    reads: ['events', 'audit'],
    reason: 'What is not sealed is found by comparison with the last seal: one statement.',
  },
  'seals.find_lag': {
    reads: ['events', 'audit'],
    reason: 'What is not sealed is found by comparison with the last seal: one statement.',
  },
  'audit.find_person_*': {
    reads: ['personal_keys'],
    reason: 'Rows are given out with the keys that decrypt them: one statement.',
  },
  'accounts.find_erase_request': {
    reads: ['erasures'],
    reason: 'The profile shows the open request to be erased, which a later module records.',
  },
  'orders.find_permanent_responses': {
    reads: ['users'],
    reason: 'Whose a client token is depends on whether the customer is a guest: one statement.',
  },
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
    reason: 'The list is filtered by available stock before its limit.',
  },
  'catalog.list_menu': {
    reads: ['stock'],
    reason: 'As for the list by name.',
  },
  'catalog.find_groups': {
    reads: ['stock'],
    reason: 'Modifiers are shown with the available stock of their products, in one snapshot.',
  },
  'catalog.list_groups': {
    reads: ['stock'],
    reason: 'The same columns as for one group.',
  },
  'catalog.lock_price_version': {
    locks: ['price_versions'],
    reason:
      'Triggers raise the version after each change of a group; locking it first prevents deadlocks.',
  },
  'inventory.find_offers': {
    reads: ['products'],
    reason: 'Every placement reads prices and stock: one statement for both.',
  },
  'inventory.lock_offers': {
    reads: ['products'],
    reason: 'Every placement reads prices and stock: one statement for both.',
  },
  'orders.placement_time': {
    reads: ['price_versions'],
    reason: 'Every placement proves that the remembered price list is current: no statement more.',
  },
  'orders.find_matches_by_index': {
    reads: ['users'],
    reason: 'A search covers names, addresses and numbers in one round trip.',
  },
  'orders.find_matches_by_scan': {
    reads: ['users'],
    reason: 'A search covers names, addresses and numbers in one round trip.',
  },
  'orders.search_*': {
    reads: ['users'],
    reason: 'A search filters orders by the address of the customer before its limit.',
  },
  'carts.find': {
    reads: ['products', 'stock', 'price_versions'],
    reason: 'Every read of a cart shows current prices and stock: one statement.',
  },
  'carts.set_items': {
    reads: ['products', 'modifier_groups', 'users'],
    reason:
      'The SKU identifies the item and is checked to be for sale without modifiers, and the customer not to be erased; lookups would be round trips under the lock.',
  },
  'carts.add_item': {
    reads: ['products'],
    reason: 'As above.',
  },
  'carts.find_lines_of_carts': {
    reads: ['products', 'stock'],
    reason: 'A checkout reads lines and offers in one round trip, while it locks the customer.',
  },
  'payments.find_payers': {
    reads: ['orders', 'users'],
    reason: "A payment needs its customer's address; a separate lookup would be a round trip.",
  },
  'payments.lock_orders': {
    locks: ['orders'],
    reason:
      'Captures lock the orders of their payments in one round trip, without reading ids first.',
  },
  'payments.find_due_returns': {
    reads: ['orders'],
    reason: 'Returns depend on the state of the order: the index of open work starts the join.',
  },
  'payments.find_unsettled_orders': {
    reads: ['orders'],
    reason: 'Whether money goes back depends on the state of the order, as for returns.',
  },
  'payments.end_of_ended_orders': {
    reads: ['orders'],
    reason: 'Payment pages end with their orders: the open payments start the join.',
  },
  'payments.list': {
    reads: ['orders'],
    reason: 'The list shows the order number of each payment.',
  },
  'notifications.find_mail_events': {
    reads: ['events', 'former_fulfilments'],
    reason:
      'A mail waits for those about earlier events, which need no data of the log but these, and repeats none of its own change.',
  },
  'notifications.find_mailed_states': {
    reads: ['orders', 'users'],
    reason: 'Every mail depends on the state of its order and its customer, read in one snapshot.',
  },
  'webhooks.find_delivery': {
    reads: ['jobs'],
    reason: 'The job knows when a delivery is tried next; both are read in one snapshot.',
  },
  'webhooks.find_delivery_of_event': {
    reads: ['jobs'],
    reason: 'The job knows when a delivery is tried next; both are read in one snapshot.',
  },
  'webhooks.list_deliveries': {
    reads: ['jobs'],
    reason: 'The job knows when a delivery is tried next; both are read in one snapshot.',
  },
  'webhooks.find_due_delivery': {
    reads: ['events', 'orders', 'personal_keys'],
    reason: 'Every delivery reads all that its call needs in one statement.',
  },
  'webhooks.collect_deliveries': {
    reads: ['events'],
    reason: 'Deliveries of an order are found by its events: no index has their order.',
  },
  'operations.find_hours': {
    reads: ['events'],
    reason: 'A report counts events by their meaning, which the log does not know.',
  },
  'operations.list_audit*': {
    reads: [
      'api_keys',
      'audit',
      'charges',
      'discounts',
      'modifier_groups',
      'personal_keys',
      'products',
      'tax_rates',
      'users',
      'webhook_endpoints',
    ],
    reason: 'A page of the audit shows the names of subjects and actors: one statement.',
  },
};
