/** Where a page begins: after this order. */
export interface Position {
  readonly createdAt: string;
  readonly id: string;
}

/** When the orders of a page were created. */
export interface TimeRange {
  /** At or after, RFC 3339. */
  readonly from?: string;
  /** Before, RFC 3339. */
  readonly to?: string;
  readonly after: Position | null;
}

/** Rows that lie side by side in an index. */
export interface IndexRange {
  readonly conditions: readonly string[];
  /** The index, whole. */
  readonly columns: readonly string[];
  /** What `selectNewest` calls these columns: those that all of its rows share, then `created_at` and `id`. */
  readonly names: readonly string[];
}

export type Bind = (value: unknown, type: string) => string;

/** Collects the values of a statement, and gives each its place in the text. */
export function createBinder(parameters: unknown[]): Bind {
  return (value, type) => `$${parameters.push(value)}::${type}`;
}

/** A column that an index begins with, and the value that it has in all rows of a range. */
export type PrefixValue = readonly [column: string, value: string];

/**
 * The rows of an index that begin with these values, within these times, newest first: given by the two ends of the
 * range, and in that index's whole order. Told by an `=` the planner would know that all of them have the same value,
 * and so that the index of time has the order too; where it takes a value for frequent it would scan the whole
 * history for a status, or a customer, that has no order. Lines bear the time of their order.
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
  // One end alone: of two the index would begin at the first, and pass all that lies between them. A cursor lies before
  // `to`, since it is signed for the filters under which it was made.
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

/** By the whole index, so that rows which come in its order need no sorting. */
export function newestFirst(columns: readonly string[]): string {
  return `order by ${columns.map((column) => `${column} desc`).join(', ')}`;
}

/**
 * The newest rows of a range that meet the conditions, as many as `limit` says, a parameter that is `rowsMax` at most.
 * They have the columns of the range and those that are named.
 *
 * Limited three times, since the planner takes a limit that it does not know for a tenth of all rows. The first one alone
 * makes one plan for any values look dearer than a new one for these values, the more so the larger the shop: among a
 * million orders each page was planned anew, which took two to four times what it took to read it. The second one, which
 * it knows, makes the plan cost the same in every shop, and the third one makes it cheaper than any new one. The first
 * one keeps it from sorting while there are few orders.
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
