import { LRUCache } from 'lru-cache';

/** The lowest stamp that is still true of each key that changed lately. */
export interface Floors {
  of(key: string): number;
  /** False when that much was known. */
  raise(key: string, stamp: number): boolean;
}

/** Stamps begin at 1, so a floor of 1 says nothing and is not kept: new orders alone would fill the room. */
const NO_FLOOR = 1;

/** Of more than `keysMax` keys, those that changed longest ago are forgotten: some 100 bytes each. */
export function createFloors(keysMax: number): Floors {
  const floors = new LRUCache<string, number>({ max: keysMax });
  const of = (key: string): number => floors.get(key) ?? NO_FLOOR;
  return {
    of,
    raise(key, stamp) {
      if (stamp <= of(key)) return false;
      floors.set(key, stamp);
      return true;
    },
  };
}
