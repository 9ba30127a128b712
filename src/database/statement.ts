/**
 * A statement of SQL with a name. The name makes PostgreSQL keep its plan per connection ("named prepared statement"),
 * and lets metrics and a test (every statement is prepared against the migrated schema) speak of it.
 */
export interface Statement<Parameters extends readonly unknown[], Row> {
  (db: Queryable, ...parameters: Parameters): Promise<Row[]>;
  readonly statementName: string;
  readonly text: string;
}

/** What runs statements: the pool (each call on its own) or a transaction. */
export interface Queryable {
  /**
   * `isShort`: reads little, by an index, wherever the shop has grown to. Such statements of one turn of the event loop go
   * to the pool together, see `pipelined-reads.ts`; in a transaction there is no difference.
   */
  run<Row>(
    name: string,
    text: string,
    parameters: readonly unknown[],
    isShort?: boolean,
  ): Promise<Row[]>;
}

/**
 * Defines a statement once, at the top of a `queries.ts`:
 *
 *     export const findUser = statement<[userId: string], UserRow>('accounts.find_user', `select …`);
 *     const [user] = await findUser(tx, userId);
 *
 * The tuple types the parameters $1, $2, …; `Row` types what comes back. Names have at most 63 bytes
 * (PostgreSQL's limit for identifiers). `isShort` as in `Queryable`.
 */
export function statement<Parameters extends readonly unknown[], Row>(
  statementName: string,
  text: string,
  { isShort = false }: { readonly isShort?: boolean } = {},
): Statement<Parameters, Row> {
  const call = (db: Queryable, ...parameters: Parameters): Promise<Row[]> =>
    db.run<Row>(statementName, text, parameters, isShort);
  return Object.assign(call, { statementName, text });
}

export function isStatement(value: unknown): value is Statement<unknown[], unknown> {
  return typeof value === 'function' && 'statementName' in value && 'text' in value;
}
