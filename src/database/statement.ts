import type { KeyRing } from './key-ring.ts';

/**
 * A named SQL statement. The name makes it a named prepared statement, whose plan PostgreSQL caches per connection, and
 * identifies it in metrics and in a test that prepares every statement against the migrated schema.
 */
export interface Statement<Parameters extends readonly unknown[], Row> {
  (db: Queryable, ...parameters: Parameters): Promise<Row[]>;
  readonly statementName: string;
  readonly text: string;
}

/** A runner of statements: the pool (each call separately) or a transaction. */
export interface Queryable {
  /**
   * Runs a statement. `isShort` marks one that reads few rows by an index, however large the shop has become. Such
   * statements of the same tick are sent together, see `pipelined-reads.ts`. In a transaction it makes no difference.
   */
  run<Row>(
    name: string,
    text: string,
    parameters: readonly unknown[],
    isShort?: boolean,
  ): Promise<Row[]>;
  /** Encrypts and decrypts the secrets among what is stored. */
  readonly keyRing: KeyRing;
}

/**
 * Defines a statement once, at the top of a `queries.ts`:
 *
 *     export const findUser = statement<[userId: string], UserRow>('accounts.find_user', `select …`);
 *     const [user] = await findUser(tx, userId);
 *
 * The tuple types the parameters $1, $2, …, and `Row` the returned rows. Names have at most 63 bytes
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
