/**
 * A value as it was at one stamp. Stamps are whole numbers, start at 1, and increase with every change of what the key
 * names.
 */
export interface Stamped<Value> {
  readonly stamp: number;
  readonly value: Value;
}

/** An entry is undefined, or missing at the end, if no valid value is cached. */
export type CacheEntries<Value> = readonly (Stamped<Value> | undefined)[];

/**
 * Values cached for a short time to spare the database. A change invalidates a value by its new stamp rather than
 * removing it, so a value that was read before the change and arrives after it is not cached. No method throws or
 * rejects: an unavailable cache returns and stores nothing.
 */
export interface Cache<Value> {
  /** Returns undefined if no valid value is cached. Returns a promise only if the values are outside this process. */
  get(key: string): Value | undefined | Promise<Value | undefined>;
  /** Returns the entries of several keys in their order, with their stamps. A remote cache needs one round trip. */
  getMany(keys: readonly string[]): CacheEntries<Value> | Promise<CacheEntries<Value>>;
  /** Stores the value unless a later stamp is known, without waiting. The value must not be changed afterwards. */
  set(key: string, entry: Stamped<Value>): void;
  /**
   * From now on `get` returns no value before this stamp: at once in this process, within a moment in those that share
   * the cache.
   */
  invalidate(key: string, stamp: number): void;
}

export interface CacheOptions<Value> {
  /** The maximum age of a value whose change was missed. */
  readonly ttlMs: number;
  /** The limit in this process. The least recently used values are evicted first. */
  readonly bytesMax: number;
  /** Estimates the memory of a value in this process, with its key and what is derived from it. At least 1. */
  readonly estimateBytes: (value: Value) => number;
}

/** Where values are cached: in this process, or in Redis for several servers. */
export interface Caches {
  readonly kind: 'memory' | 'redis';
  /** `name` also identifies the shape of the values: a new shape needs a new name. Values must be JSON. */
  create<Value>(name: string, options: CacheOptions<Value>): Cache<Value>;
  /** Rejects if the cache server does not respond. For `/health`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
