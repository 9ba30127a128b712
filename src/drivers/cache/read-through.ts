import { createBatcher } from '../../shared/batcher.ts';
import type { Cache, CacheEntries, Stamped } from './cache.ts';

/** Two concurrent queries: while the database works on one, readers that arrive meanwhile share the other. */
const CONCURRENT_LOADS_MAX = 2;
const KEYS_MAX = 100;
/** Lists in one query. */
const LISTS_MAX = 20;
const WAITING_MAX = 10_000;

/** A key and the stamp before which its value is invalid. */
export interface CacheRequest {
  readonly key: string;
  readonly stamp: number;
}

/** Reads of cached values, which load the missing ones. */
export interface ReadThrough<Value> {
  /** Returns undefined if the value does not exist. Returns no promise if the value is cached in this process. */
  read(key: string): Value | undefined | Promise<Value | undefined>;
  /**
   * Returns values in the order of the keys, undefined where none exists. Values that are not cached, or are older than
   * their stamp, are loaded in one query with those of other lists, and cached if `storeLoaded` is true.
   */
  readMany(
    wanted: readonly CacheRequest[],
    storeLoaded: boolean,
  ): Promise<readonly (Value | undefined)[]>;
  /** From now on, reads return this stamp or a later one. */
  invalidate(key: string, stamp: number): void;
}

export interface ReadThroughOptions<Value> {
  /** Null: every read loads. */
  readonly cache: Cache<Value> | null;
  /** Returns values in the order of the keys, undefined where none exists. */
  readonly load: (keys: readonly string[]) => Promise<CacheEntries<Value>>;
  /** Called for each single read, for the metric, with whether the value was cached. */
  readonly onRead?: (hit: boolean) => void;
}

/**
 * Readers of the same key share one load; readers of different keys share one query. Reads that start after a change do
 * not share a load that began before it, and the cache rejects the result of such a load.
 */
export function createReadThrough<Value>(options: ReadThroughOptions<Value>): ReadThrough<Value> {
  const { cache, onRead = () => {} } = options;
  const pendingLoads = new Map<string, Promise<Value | undefined>>();
  const load = createBatcher<string, Stamped<Value> | undefined>({
    batchesMax: CONCURRENT_LOADS_MAX,
    sizeMax: KEYS_MAX,
    waitingMax: WAITING_MAX,
    exclusives: () => [],
    run: options.load,
    mayRetryAlone: () => false,
  });

  /** Never joins a running query: it may have begun before the change that a stamp stands for. */
  const loadMany = createBatcher<readonly string[], CacheEntries<Value>>({
    batchesMax: CONCURRENT_LOADS_MAX,
    sizeMax: LISTS_MAX,
    waitingMax: WAITING_MAX,
    exclusives: () => [],
    async run(lists) {
      const keys = [...new Set(lists.flat())];
      const loaded = await options.load(keys);
      const byKey = new Map(keys.map((key, index) => [key, loaded[index]]));
      return lists.map((list) => list.map((key) => byKey.get(key)));
    },
    mayRetryAlone: () => false,
  });

  async function loadAndStore(key: string): Promise<Value | undefined> {
    onRead(false);
    const loaded = await load(key);
    if (loaded !== undefined) cache?.set(key, loaded);
    return loaded?.value;
  }

  async function awaitCachedOrLoad(key: string, cached: Promise<Value | undefined>) {
    const value = await cached;
    if (value === undefined) return loadAndStore(key);
    onRead(true);
    return value;
  }

  function share(key: string, answer: Promise<Value | undefined>): Promise<Value | undefined> {
    const shared = answer.finally(() => {
      if (pendingLoads.get(key) === shared) pendingLoads.delete(key);
    });
    pendingLoads.set(key, shared);
    return shared;
  }

  return {
    read(key) {
      const shared = pendingLoads.get(key);
      if (shared !== undefined) return shared;
      const cached = cache?.get(key);
      if (cached === undefined) return share(key, loadAndStore(key));
      if (cached instanceof Promise) return share(key, awaitCachedOrLoad(key, cached));
      onRead(true);
      return cached;
    },
    async readMany(wanted, storeLoaded) {
      const cachedEntries = cache?.getMany(wanted.map(({ key }) => key)) ?? [];
      const cached = cachedEntries instanceof Promise ? await cachedEntries : cachedEntries;
      const isFresh = ({ stamp }: CacheRequest, index: number) =>
        (cached[index]?.stamp ?? -1) >= stamp;
      const missing = wanted.filter((one, index) => !isFresh(one, index)).map(({ key }) => key);
      if (missing.length === 0) return cached.map((entry) => entry?.value);
      const loaded = (await loadMany(missing)).values();
      return wanted.map((one, index) => {
        if (isFresh(one, index)) return cached[index]?.value;
        const entry = loaded.next().value;
        if (storeLoaded && entry !== undefined) cache?.set(one.key, entry);
        return entry?.value;
      });
    },
    invalidate(key, stamp) {
      cache?.invalidate(key, stamp);
      pendingLoads.delete(key);
    },
  };
}
