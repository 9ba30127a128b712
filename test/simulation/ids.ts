import { createRandom } from './choices.ts';

/**
 * Stands for `src/shared/ids.ts` while the product is simulated (`install.ts`): the same functions, but the ids of a run
 * follow from its seed.
 */
export * from '../../src/shared/ids.ts';

let nowMs: () => number = () => 0;
let random = createRandom(0);
let count = 0;

/** Begins the ids of a run. */
export function startIds(seed: number, clock: () => number): void {
  nowMs = clock;
  random = createRandom(seed ^ 0x5bd1e995);
  count = 0;
}

function hex(value: number, digits: number): string {
  return Math.floor(value).toString(16).padStart(digits, '0');
}

/** Returns a new UUIDv7. The ids of a run increase with its clock, and within a millisecond in any order. */
export function newId(): string {
  count += 1;
  const time = hex(nowMs(), 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(random() * 0x1000, 3)}-8${hex(random() * 0x1000, 3)}-${hex(count, 12)}`;
}
