import { LRUCache } from 'lru-cache';

/** The lowest stamp that is still true of each key that changed lately. */
export interface MinimumStamps {
  of(key: string): number;
  /** False when that much was known. */
  raise(key: string, stamp: number): boolean;
}

/** Stamps begin at 1, so a floor of 1 says nothing and is not kept: new orders alone would fill the room. */
const NO_FLOOR = 1;

/** Of more than `keysMax` keys, those that changed longest ago are forgotten: some 100 bytes each. */
export function createMinimumStamps(keysMax: number): MinimumStamps {
  const floors = new LRUCache<string, number>({ max: keysMax });
  const get = (key: string): number => floors.get(key) ?? NO_FLOOR;
  return {
    of: get,
    raise(key, stamp) {
      if (stamp <= get(key)) return false;
      floors.set(key, stamp);
      return true;
    },
  };
}
