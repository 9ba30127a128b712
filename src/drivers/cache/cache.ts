/** A value as it was at one stamp. Stamps are whole, begin at 1, and rise with every change of what the key names. */
export interface Stamped<Value> {
  readonly stamp: number;
  readonly value: Value;
}

/** Undefined, or not there at all, where nothing that is true is kept. */
export type CacheEntries<Value> = readonly (Stamped<Value> | undefined)[];

/**
 * Values kept for a while, to save a question to the database. What changed is invalidated by its new stamp rather than
 * removed, so that a value which was read before a change and arrives after it is not kept. Nothing here throws or
 * rejects: a cache that is away keeps nothing.
 */
export interface Cache<Value> {
  /** Undefined when nothing that is true is kept. Not a promise where the value lies in this process. */
  get(key: string): Value | undefined | Promise<Value | undefined>;
  /** The same for several, in their order and with their stamps: one question where they lie elsewhere. */
  getMany(keys: readonly string[]): CacheEntries<Value> | Promise<CacheEntries<Value>>;
  /** Keeps the value unless a later one is known. Nobody waits for it. The value must not be changed afterwards. */
  set(key: string, entry: Stamped<Value>): void;
  /** From now on `get` gives no value before this stamp: at once in this process, within a moment in those that share. */
  invalidate(key: string, stamp: number): void;
}

export interface CacheOptions<Value> {
  /** How long a value is true at most, should nobody hear of its change. */
  readonly ttlMs: number;
  /** In this process. Those not used for the longest time go first. */
  readonly bytesMax: number;
  /** What a value takes in this process, with its key and what is made of it. An estimate; at least 1. */
  readonly estimateBytes: (value: Value) => number;
  /** Makes a value from its JSON, where values are kept outside of this process. Default: the JSON is the value. */
  readonly revive?: (json: unknown) => Value;
}

/** Where values are kept: in this process, or where several servers share them. */
export interface Caches {
  readonly kind: 'memory' | 'redis';
  /** `name` stands for the shape of the values too: another shape takes another name. Values must survive JSON. */
  create<Value>(name: string, options: CacheOptions<Value>): Cache<Value>;
  /** Rejects when its server does not answer. For `/health`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
