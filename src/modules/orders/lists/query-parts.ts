import type { Queryable } from '../../../database/statement.ts';
import { PAGE_LIMIT_MAX } from '../../../shared/pagination.ts';
import type { ListedOrder } from '../reading/order-reader.ts';
import type { Position } from './index-range.ts';
import type { AccessPath, OrderFilters } from './order-filters.ts';

/** A statement, its name built from everything that its text depends on, and the values. */
export interface PageQuery {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** Reads no more than its page (`Queryable.run`). */
  readonly isShort: boolean;
}

/** The columns of a ListedOrder. */
export const pageColumns = `orders.id, orders.customer_id as "customerId", orders.last_sequence as "lastSequence"`;

/** The largest page, and the row that shows whether another page follows. */
export const PAGE_ROWS_MAX = PAGE_LIMIT_MAX + 1;

/**
 * Returns arrays of equal length as rows. The limit excludes nothing; it only makes the planner expect fewer than ten
 * rows (`selectNewest`).
 */
export function unnestRows(alias: string, arrays: Readonly<Record<string, string>>): string {
  const values = Object.values(arrays);
  return `(select *
             from unnest(${values.join(', ')}) as ${alias} (${Object.keys(arrays).join(', ')})
            limit cardinality(${values[0]})) as ${alias}`;
}

const filterNames = [
  'ownerId',
  'customerId',
  'statuses',
  'paymentStatuses',
  'sku',
  'from',
  'to',
] as const satisfies readonly (keyof OrderFilters)[];

/** Builds a name that is unique per text, because it contains everything that the text depends on. */
export function buildQueryName(
  kind: string,
  path: AccessPath,
  filters: OrderFilters,
  after: Position | null,
): string {
  const set = filterNames.flatMap((name, index) => (filters[name] === undefined ? [] : [index]));
  return ['orders', [kind, path, ...set, ...(after === null ? [] : ['c'])].join('_')].join('.');
}

export function runPageQuery(
  db: Queryable,
  { name, text, parameters, isShort }: PageQuery,
): Promise<ListedOrder[]> {
  return db.run<ListedOrder>(name, text, parameters, isShort);
}
