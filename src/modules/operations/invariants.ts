import { type Queryable, type Statement, statement } from '../../database/statement.ts';
import { type ScopeName, scopes } from './scope-queries.ts';

/** How many violating rows are listed; all of them are counted. */
export const VIOLATIONS_SHOWN_MAX = 100;

/** How many violations of an invariant are remembered one by one. */
export const REMEMBERED_MAX = 1_000;

export interface Violation {
  id: string;
  detail: string;
}

export interface InvariantRow {
  /** The number of rows that the invariant covers. */
  checked: number;
  violationCount: number;
  violations: Violation[];
}

/** `subject` is the id by which the violation is found again. */
export interface FoundRow extends Violation {
  subject: string;
}

/** A rule for the rows with some ids: a function of the migrations. */
export interface ScopedPart {
  readonly name: string;
  readonly scope: ScopeName;
  /**
   * Returns the subjects among rows of the scope that may break the rule, where `find` would read much more than them.
   * Without it, the ids of the scope are the subjects.
   */
  readonly screen: Statement<[ids: readonly string[]], { subject: string }> | null;
  /** Checks these subjects, or all of them for null. */
  readonly find: Statement<[subjects: readonly string[] | null, limit: number], FoundRow>;
}

export interface Invariant {
  /** The view that is empty while the invariant holds. */
  readonly name: string;
  /** Checks all rows. */
  readonly check: Statement<[shownMax: number], InvariantRow>;
  /** The parts of the rule that are checked for changed rows and, in rotation, for the others. */
  readonly parts: readonly ScopedPart[];
  /** Checks what is not in a part: few rows, such as open work, however large the shop is. */
  readonly findElsewhere: Statement<[limit: number], Violation> | null;
}

interface PartOptions {
  readonly function: string;
  readonly screen?: string;
}

/** Builds a part. Names are constants here, never input. */
function part(scope: ScopeName, options: PartOptions): ScopedPart {
  const { idType } = scopes[scope];
  const { function: name, screen } = options;
  return {
    name: screen ?? name,
    scope,
    screen:
      screen === undefined
        ? null
        : statement(`operations.${screen}`, `select subject from ${screen}($1::${idType}[])`),
    find: statement(
      `operations.${name}_by_${scope.toLowerCase()}`,
      `select subject::text, id, detail
         from ${name}($1::${idType}[])
        order by id, detail
        limit $2::int`,
    ),
  };
}

/** Builds an invariant from its view and the table whose rows it covers. */
function invariant(
  view: string,
  table: string,
  parts: readonly ScopedPart[] = [],
  elsewhere: string | null = parts.length === 0 ? view : null,
): Invariant {
  const check = statement<[shownMax: number], InvariantRow>(
    `operations.${view}`,
    `select (select count(*) from ${table}) as checked,
            count(*) as "violationCount",
            coalesce(jsonb_agg(jsonb_build_object('id', id, 'detail', detail) order by place)
                       filter (where place <= $1::int), '[]') as violations
       from (select id, detail, row_number() over (order by id, detail) as place from ${view}) as broken`,
  );
  const findElsewhere =
    elsewhere === null
      ? null
      : statement<[limit: number], Violation>(
          `operations.${view}_elsewhere`,
          `select id, detail
             from ${elsewhere}
            order by id, detail
            limit $1::int`,
        );
  return { name: view, check, parts, findElsewhere };
}

const ofOrders = (name: string) => part('order', { function: name });
const ofPayments = (name: string) => part('payment', { function: name });

/** Every view `inv_…` of the migrations; a test compares both lists. */
export const invariants: readonly Invariant[] = [
  invariant('inv_stock_bounds', 'stock'),
  invariant('inv_stock_ledger', 'stock', [
    part('product', { function: 'check_stock_ledger', screen: 'screen_stock_levels' }),
    part('movement', { function: 'check_stock_ledger', screen: 'screen_stock_movements' }),
  ]),
  invariant('inv_stock_reserved', 'stock'),
  invariant('inv_stock_consumed', 'orders', [ofOrders('check_stock_consumed')]),
  invariant('inv_stock_events', 'stock_movements', [
    part('movement', { function: 'check_stock_events' }),
  ]),
  invariant('inv_order_totals', 'orders', [ofOrders('check_order_totals')]),
  invariant('inv_order_bills', 'order_bills', [ofOrders('check_order_bills')]),
  invariant('inv_order_prices', 'orders', [ofOrders('check_order_prices')]),
  invariant('inv_discount_uses', 'discount_uses', [
    ofOrders('check_order_uses'),
    ofOrders('check_customer_uses'),
    part('discount', { function: 'check_discount_counters' }),
  ]),
  invariant('inv_slot_places', 'slot_places', [
    ofOrders('check_order_slots'),
    part('slot', { function: 'check_slot_counts' }),
  ]),
  invariant('inv_order_currency', 'orders', [ofOrders('check_order_currency')]),
  invariant('inv_order_log', 'orders', [ofOrders('check_order_log')]),
  invariant('inv_order_history', 'orders', [ofOrders('check_order_history')]),
  invariant('inv_order_steps', 'events', [ofOrders('check_order_steps')]),
  invariant('inv_log_delivered', 'log_readers'),
  invariant('inv_idempotency_effects', 'idempotency_keys', [
    part('key', { function: 'check_idempotency_effects' }),
  ]),
  invariant('inv_order_keys', 'order_keys', [
    part('orderKey', { function: 'check_order_keys' }),
    part('orderResponses', { function: 'check_order_responses' }),
  ]),
  invariant('inv_client_tokens', 'orders', [ofOrders('check_client_tokens')]),
  invariant('inv_order_deadlines', 'orders'),
  invariant('inv_order_queue', 'queued_orders'),
  invariant('inv_order_queue_jobs', 'queued_orders'),
  invariant('inv_payment_sums', 'payments', [ofPayments('check_payment_sums')]),
  invariant('inv_payment_refunds', 'payment_captures', [ofPayments('check_payment_refunds')]),
  invariant('inv_payment_orders', 'orders', [ofOrders('check_payment_orders')]),
  invariant('inv_payment_captures', 'payment_captures', [
    ofOrders('check_paid_once'),
    part('capture', { function: 'check_charged_once' }),
  ]),
  invariant('inv_provider_events', 'provider_events', [
    part('providerEvent', { function: 'check_provider_events' }),
  ]),
  invariant('inv_payment_charges', 'payment_captures', [
    part('providerEvent', { function: 'check_told_charges' }),
    part('capture', { function: 'check_untold_charges', screen: 'screen_untold_charges' }),
  ]),
  invariant('inv_payment_returns', 'payment_captures', [ofPayments('check_payment_returns')]),
  invariant('inv_mail_events', 'mail_messages', [part('mail', { function: 'check_mail_events' })]),
  invariant('inv_webhook_deliveries', 'webhook_deliveries'),
  invariant('inv_job_leases', 'jobs'),
  invariant('inv_job_sendings', 'jobs'),
  invariant('inv_sessions', 'refresh_families', [part('session', { function: 'check_sessions' })]),
  invariant(
    'inv_secrets',
    'users',
    [
      part('user', { function: 'check_passwords' }),
      part('session', { function: 'check_session_secrets' }),
    ],
    'check_few_secrets()',
  ),
];

/** Finds the subjects of all violations, by part, for the next check of only some rows. */
export async function findSubjects(
  db: Queryable,
  { parts }: Invariant,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  for (const { name, find } of parts) {
    const rows = await find(db, null, REMEMBERED_MAX);
    if (rows.length > 0) found[name] = rows.map(({ subject }) => subject);
  }
  return found;
}
