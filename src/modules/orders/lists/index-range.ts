/** The position after which a page starts. */
export interface Position {
  readonly createdAt: string;
  readonly id: string;
}

/** The creation times of the orders of a page. */
export interface TimeRange {
  /** At or after, RFC 3339. */
  readonly from?: string;
  /** Before, RFC 3339. */
  readonly to?: string;
  readonly after: Position | null;
}

/** A contiguous range of an index. */
export interface IndexRange {
  readonly conditions: readonly string[];
  /** All columns of the index. */
  readonly columns: readonly string[];
  /** The aliases of these columns in `selectNewest`: those that all rows share, then `created_at` and `id`. */
  readonly names: readonly string[];
}

export type Bind = (value: unknown, type: string) => string;

/** Creates a function that collects the values of a statement and returns each value's placeholder. */
export function createBinder(parameters: unknown[]): Bind {
  return (value, type) => `$${parameters.push(value)}::${type}`;
}

/** A leading column of an index, with its value in all rows of a range. */
export type PrefixValue = readonly [column: string, value: string];

/**
 * Builds the range of index rows that begin with these values, within these times, newest first. It is expressed by its
 * two ends and sorted by all columns of the index. With `=` the planner would know that all rows share the value, and
 * so that the index on time has the same order; if it took the value for frequent, it would scan the whole history for
 * a status or a customer without orders. Order lines have the time of their order.
 */
export function buildIndexRange(
  rows: 'order' | 'line',
  prefix: readonly PrefixValue[],
  { from, to, after }: TimeRange,
  bind: Bind,
): IndexRange {
  const [at, id] =
    rows === 'order'
      ? ['orders.created_at', 'orders.id']
      : ['order_lines.created_at', 'order_lines.order_id'];
  const columns = [...prefix.map(([column]) => column), at, id];
  const values = prefix.map(([, value]) => value);
  const end = (comparison: string, ...more: string[]) => {
    const given = [...values, ...more];
    return `(${columns.slice(0, given.length).join(', ')}) ${comparison} (${given.join(', ')})`;
  };
  const conditions: string[] = [];
  if (from !== undefined) conditions.push(end('>=', bind(from, 'timestamptz')));
  else if (values.length > 0) conditions.push(end('>='));
  // Only one of the two ends: given both, the scan would begin at the first and skip all rows between them. A cursor is
  // before `to`, because it is signed for the filters under which it was created.
  if (to !== undefined && after === null) conditions.push(end('<', bind(to, 'timestamptz')));
  if (after !== null) {
    conditions.push(end('<', bind(after.createdAt, 'timestamptz'), bind(after.id, 'uuid')));
  }
  if (to === undefined && after === null && values.length > 0) conditions.push(end('<='));
  return {
    conditions,
    columns,
    names: [...prefix.map((_, index) => `shared_${index}`), 'created_at', 'id'],
  };
}

/** Sorts by all columns of the index, so that rows read in its order need no sorting. */
export function newestFirst(columns: readonly string[]): string {
  return `order by ${columns.map((column) => `${column} desc`).join(', ')}`;
}

/**
 * Selects the newest rows of a range that meet the conditions, up to `limit`, a parameter of at most `rowsMax`. They
 * have the columns of the range and those in `wanted.columns`.
 *
 * The rows are limited three times, because the planner assumes that an unknown limit is a tenth of all rows. With the
 * first limit alone, a generic plan looks more expensive than a custom one, the more so the larger the shop: among a
 * million orders every page was planned again, which took two to four times as long as reading it. The second limit,
 * which is known, makes the plan cost the same in every shop, and the third makes it cheaper than any custom plan. The
 * first prevents a sort while there are few orders.
 */
export function selectNewest(
  { conditions, columns, names }: IndexRange,
  wanted: {
    readonly from: string;
    readonly columns: readonly string[];
    readonly where: readonly string[];
    readonly limit: string;
    readonly rowsMax: number;
  },
): string {
  const all = [...conditions, ...wanted.where];
  const named = columns.map((column, index) => `${column} as ${names[index]}`);
  return `select *
     from (select *
             from (select ${[...named, ...wanted.columns].join(', ')}
                     from ${wanted.from}
                    ${all.length === 0 ? '' : `where ${all.join('\n                      and ')}`}
                    ${newestFirst(columns)}
                    limit ${wanted.limit}) as newest
            ${newestFirst(names)}
            limit ${wanted.rowsMax}) as newest
    ${newestFirst(names)}
    limit ${wanted.limit}`;
}
