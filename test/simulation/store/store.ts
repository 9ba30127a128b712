/**
 * A small database in memory, with what the product relies on of PostgreSQL at READ COMMITTED: transactions that see
 * their own writes and what others have committed, locks of rows until the end, unique keys, and sequences that never go
 * back. It knows no SQL: `statements/` says what each named statement of the product does.
 */

/** A row, frozen by convention: a change writes another one. Columns have the names that readers receive. */
// biome-ignore lint/suspicious/noExplicitAny: the statements know the columns of their tables.
export type Row = Readonly<Record<string, any>>;

/** An error as PostgreSQL reports it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: string;
  readonly constraint: string | undefined;

  constructor(code: string, message: string, constraint?: string) {
    super(message);
    this.code = code;
    this.constraint = constraint;
  }
}

/** Thrown by a statement that has to wait: it is run again from its beginning when the lock may be free. */
export class LockWait {
  readonly lock: string;

  constructor(lock: string) {
    this.lock = lock;
  }
}

export function violation(constraint: string, code: '23505' | '23514' | '23503' = '23505') {
  return new StoreError(code, `violates ${constraint}`, constraint);
}

interface Lock {
  owner: StoreTransaction | null;
  readonly sharers: Set<StoreTransaction>;
}

/** What a commit changed, by table: the keys of its rows. */
export type Touched = ReadonlyMap<string, ReadonlySet<string>>;

type Table = Map<string, Row>;

export class Store {
  readonly #tables = new Map<string, Table>();
  readonly #locks = new Map<string, Lock>();
  readonly #sequences = new Map<string, number>();
  readonly #open = new Set<StoreTransaction>();
  #transactions = 0;
  readonly nowMs: () => number;
  readonly onCommit: (touched: Touched) => void;

  constructor(nowMs: () => number, onCommit: (touched: Touched) => void) {
    this.nowMs = nowMs;
    this.onCommit = onCommit;
  }

  begin(): StoreTransaction {
    this.#transactions += 1;
    const tx = new StoreTransaction(this, this.#transactions);
    this.#open.add(tx);
    return tx;
  }

  table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Map();
      this.#tables.set(name, table);
    }
    return table;
  }

  /** Returns the committed rows. */
  rows(name: string): Row[] {
    return [...this.table(name).values()];
  }

  row(name: string, key: string): Row | undefined {
    return this.table(name).get(key);
  }

  /** Takes the next number, which no rollback gives back. */
  next(sequence: string, first = 1): number {
    const value = this.#sequences.get(sequence) ?? first;
    this.#sequences.set(sequence, value + 1);
    return value;
  }

  open(): ReadonlySet<StoreTransaction> {
    return this.#open;
  }

  lockOf(name: string): Lock {
    let lock = this.#locks.get(name);
    if (lock === undefined) {
      lock = { owner: null, sharers: new Set() };
      this.#locks.set(name, lock);
    }
    return lock;
  }

  /** Returns those who keep a transaction from a lock; null: a new one. */
  blockers(tx: StoreTransaction | null, name: string, isShared: boolean): StoreTransaction[] {
    const lock = this.#locks.get(name);
    if (lock === undefined) return [];
    if (lock.owner !== null) return lock.owner === tx ? [] : [lock.owner];
    if (isShared || lock.sharers.size === 0) return [];
    return [...lock.sharers].filter((one) => one !== tx);
  }

  end(tx: StoreTransaction): void {
    this.#open.delete(tx);
    for (const name of tx.held) {
      const lock = this.#locks.get(name);
      if (lock === undefined) continue;
      if (lock.owner === tx) lock.owner = null;
      lock.sharers.delete(tx);
      if (lock.owner === null && lock.sharers.size === 0) this.#locks.delete(name);
    }
  }
}

/** One transaction, or one statement that runs alone. */
export class StoreTransaction {
  readonly number: number;
  readonly startedAtMs: number;
  /** The locks that it holds. */
  readonly held = new Set<string>();
  /** The lock that its statement waits for. */
  waitsFor: { readonly lock: string; readonly isShared: boolean; readonly sinceMs: number } | null =
    null;
  /** Whether a statement has failed: the others are refused, and only a rollback is possible. */
  hasFailed = false;
  /** The tables in which it has taken positions. */
  readonly writesTo = new Set<string>();
  readonly #store: Store;
  readonly #writes = new Map<string, Map<string, Row | null>>();
  /** How to undo the current statement, which waits for a lock and is run again. */
  #undo: (readonly [Map<string, Row | null>, string, Row | null | undefined])[] = [];

  constructor(store: Store, number: number) {
    this.#store = store;
    this.number = number;
    this.startedAtMs = store.nowMs();
  }

  /** The time of the transaction, PostgreSQL's `now()`. */
  get now(): Date {
    return new Date(this.startedAtMs);
  }

  /** PostgreSQL's `clock_timestamp()`. */
  get clock(): Date {
    return new Date(this.#store.nowMs());
  }

  next(sequence: string, first?: number): number {
    return this.#store.next(sequence, first);
  }

  /** Returns the transactions that are writing to a table with positions. */
  writers(table: string): string[] {
    return [...this.#store.open()]
      .filter((tx) => tx.writesTo.has(table))
      .map(({ number }) => String(number));
  }

  get(table: string, key: string): Row | undefined {
    const written = this.#writes.get(table)?.get(key);
    if (written !== undefined) return written ?? undefined;
    return this.#store.row(table, key);
  }

  /** Returns the rows that it sees, in the order in which they were inserted. */
  rows(table: string): Row[] {
    const written = this.#writes.get(table);
    if (written === undefined) return this.#store.rows(table);
    const rows: Row[] = [];
    for (const [key, row] of this.#store.table(table)) {
      const own = written.get(key);
      if (own === undefined) rows.push(row);
      else if (own !== null) rows.push(own);
    }
    for (const [key, row] of written) {
      if (row !== null && !this.#store.table(table).has(key)) rows.push(row);
    }
    return rows;
  }

  put(table: string, key: string, row: Row): void {
    let written = this.#writes.get(table);
    if (written === undefined) {
      written = new Map();
      this.#writes.set(table, written);
    }
    this.#undo.push([written, key, written.get(key)]);
    written.set(key, row);
  }

  beginStatement(): void {
    this.#undo = [];
  }

  undoStatement(): void {
    for (const [written, key, before] of this.#undo.reverse()) {
      if (before === undefined) written.delete(key);
      else written.set(key, before);
    }
  }

  remove(table: string, key: string): void {
    this.put(table, key, null as unknown as Row);
  }

  /** Changes a row that it has locked or inserted. */
  patch(table: string, key: string, change: Row): Row {
    const row = { ...this.get(table, key)!, ...change };
    this.put(table, key, row);
    return row;
  }

  /** Inserts a row. Waits for another transaction that is inserting it, and fails if there is one. */
  insert(table: string, key: string, row: Row, constraint: string): void {
    this.lock(`${table} ${key}`);
    if (this.get(table, key) !== undefined) throw violation(constraint);
    this.put(table, key, row);
  }

  /** Makes a value unique among committed rows and open transactions. */
  claim(constraint: string, value: string, isTaken: () => boolean): void {
    this.lock(`${constraint} ${value}`);
    if (isTaken()) throw violation(constraint);
  }

  lock(name: string, isShared = false): void {
    const lock = this.#store.lockOf(name);
    if (lock.owner === this || (isShared && lock.sharers.has(this))) return;
    if (this.#store.blockers(this, name, isShared).length > 0) {
      const sinceMs = this.waitsFor?.lock === name ? this.waitsFor.sinceMs : this.#store.nowMs();
      this.waitsFor = { lock: name, isShared, sinceMs };
      throw new LockWait(name);
    }
    if (isShared) lock.sharers.add(this);
    else {
      lock.sharers.delete(this);
      lock.owner = this;
    }
    this.held.add(name);
  }

  /** Locks a row, as `for no key update` does. Returns it as it is then, if it exists. */
  lockRow(table: string, key: string): Row | undefined {
    if (this.get(table, key) === undefined) return undefined;
    this.lock(`${table} ${key}`);
    return this.get(table, key);
  }

  /** Locks rows in the order of their keys. */
  lockRows(table: string, keys: Iterable<string>): Row[] {
    return [...new Set(keys)].sort().flatMap((key) => this.lockRow(table, key) ?? []);
  }

  /** Locks a row unless another transaction has locked it (`skip locked`). */
  tryLockRow(table: string, key: string): boolean {
    const name = `${table} ${key}`;
    if (this.#store.blockers(this, name, false).length > 0) return false;
    this.lock(name);
    return true;
  }

  /** Whether it waits for a lock that others still hold. */
  get isBlocked(): boolean {
    const { waitsFor } = this;
    return (
      waitsFor !== null && this.#store.blockers(this, waitsFor.lock, waitsFor.isShared).length > 0
    );
  }

  /** Returns whether it waits, through any number of others, for itself. */
  isDeadlocked(): boolean {
    const seen = new Set<StoreTransaction>();
    const ahead: StoreTransaction[] = [this];
    for (let tx = ahead.pop(); tx !== undefined; tx = ahead.pop()) {
      if (tx.waitsFor === null) continue;
      for (const blocker of this.#store.blockers(tx, tx.waitsFor.lock, tx.waitsFor.isShared)) {
        if (blocker === this) return true;
        if (seen.has(blocker)) continue;
        seen.add(blocker);
        ahead.push(blocker);
      }
    }
    return false;
  }

  commit(): void {
    const touched = new Map<string, Set<string>>();
    for (const [name, written] of this.#writes) {
      const table = this.#store.table(name);
      for (const [key, row] of written) {
        if (row === null) table.delete(key);
        else table.set(key, row);
      }
      touched.set(name, new Set(written.keys()));
    }
    this.#store.end(this);
    if (touched.size > 0) this.#store.onCommit(touched);
  }

  rollback(): void {
    this.#store.end(this);
  }
}
