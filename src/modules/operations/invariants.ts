import { type Statement, statement } from '../../database/statement.ts';

/** How many violating rows are listed; all of them are counted. */
export const VIOLATIONS_SHOWN_MAX = 100;

export interface InvariantRow {
  /** The number of rows that the invariant covers. */
  checked: number;
  violationCount: number;
  violations: { id: string; detail: string }[];
}

export interface Invariant {
  /** The view that is empty while the invariant holds. */
  readonly name: string;
  readonly check: Statement<[shownMax: number], InvariantRow>;
}

/** Builds an invariant from its view and the table whose rows it covers. Names are constants here, never input. */
function invariant(view: string, table: string): Invariant {
  const check = statement<[shownMax: number], InvariantRow>(
    `operations.${view}`,
    `select (select count(*) from ${table}) as checked,
            count(*) as "violationCount",
            coalesce(jsonb_agg(jsonb_build_object('id', id, 'detail', detail) order by place)
                       filter (where place <= $1::int), '[]') as violations
       from (select id, detail, row_number() over (order by id, detail) as place from ${view}) as broken`,
  );
  return { name: view, check };
}

/** Every view `inv_…` of the migrations; a test compares both lists. */
export const invariants: readonly Invariant[] = [
  invariant('inv_stock_bounds', 'stock'),
  invariant('inv_stock_ledger', 'stock'),
  invariant('inv_stock_reserved', 'stock'),
  invariant('inv_stock_consumed', 'orders'),
  invariant('inv_stock_events', 'stock_movements'),
  invariant('inv_order_totals', 'orders'),
  invariant('inv_order_prices', 'orders'),
  invariant('inv_order_currency', 'orders'),
  invariant('inv_order_log', 'orders'),
  invariant('inv_order_history', 'orders'),
  invariant('inv_order_steps', 'events'),
  invariant('inv_log_delivered', 'log_readers'),
  invariant('inv_idempotency_effects', 'idempotency_keys'),
  invariant('inv_order_keys', 'order_keys'),
  invariant('inv_client_tokens', 'orders'),
  invariant('inv_order_deadlines', 'orders'),
  invariant('inv_order_queue', 'queued_orders'),
  invariant('inv_order_queue_jobs', 'queued_orders'),
  invariant('inv_payment_sums', 'payments'),
  invariant('inv_payment_refunds', 'payment_captures'),
  invariant('inv_payment_orders', 'orders'),
  invariant('inv_payment_captures', 'payment_captures'),
  invariant('inv_provider_events', 'provider_events'),
  invariant('inv_payment_charges', 'payment_captures'),
  invariant('inv_payment_returns', 'payment_captures'),
  invariant('inv_mail_events', 'mail_messages'),
  invariant('inv_webhook_deliveries', 'webhook_deliveries'),
  invariant('inv_job_leases', 'jobs'),
  invariant('inv_job_sendings', 'jobs'),
  invariant('inv_sessions', 'refresh_families'),
  invariant('inv_secrets', 'users'),
];
