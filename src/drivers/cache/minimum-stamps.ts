import { LRUCache } from 'lru-cache';

/** The lowest valid stamp of each recently changed key. */
export interface MinimumStamps {
  of(key: string): number;
  /** Returns false if the minimum was already as high. */
  raise(key: string, stamp: number): boolean;
}

/** Stamps start at 1, so a minimum of 1 excludes nothing and is not stored: new orders alone would fill the memory. */
const NO_MINIMUM = 1;

/** Beyond `keysMax` keys, at some 100 bytes each, those that changed longest ago are forgotten. */
export function createMinimumStamps(keysMax: number): MinimumStamps {
  const minimums = new LRUCache<string, number>({ max: keysMax });
  const get = (key: string): number => minimums.get(key) ?? NO_MINIMUM;
  return {
    of: get,
    raise(key, stamp) {
      if (stamp <= get(key)) return false;
      minimums.set(key, stamp);
      return true;
    },
  };
}
