/** The value that a figure has to reach, and whether it did in this run. */
export interface Target {
  readonly says: string;
  readonly met: boolean;
}

export const PLACEMENT_RATIO_MIN = 1;
/** Relative to what one row lock per order allows. */
export const HOT_RATIO_MIN = 4;
/**
 * A thousand times Medusa's 2.5 a second and 150 times Vendure's 15, each measured on two such cores with 16 customers
 * at once.
 */
export const CHECKOUTS_PER_SECOND_MIN = 2_500;
export const MIXED_PER_SECOND_MIN = 20_000;
export const MIXED_P99_MS_MAX = 25;
export const CACHED_RATIO_MIN = 0.7;
/** Relative to a shop with 10,000 orders: at most 1.25 times the time is at least 0.8 times the rate. */
export const GROWTH_RATIO_MIN = 0.8;
export const JOBS_PER_SECOND_MIN = 5_000;
export const JOB_P99_MS_MAX = 250;
export const STREAM_P99_MS_MAX = 200;
export const MEMORY_MB_MAX = 250;
/** Memory is flat below this ratio: garbage collection by itself varies less. */
export const FLAT_RATIO_MAX = 1.1;
export const READY_MS_MAX = 2_000;

export function atLeast(value: number, min: number, unit: string): Target {
  return { says: `at least ${min.toLocaleString('en')} ${unit}`, met: value >= min };
}

export function below(value: number, max: number, unit: string): Target {
  return { says: `below ${max.toLocaleString('en')} ${unit}`, met: value < max };
}

/** Combines several targets into one that is met if all are. */
export function both(...targets: readonly Target[]): Target {
  return {
    says: targets.map(({ says }) => says).join(', '),
    met: targets.every(({ met }) => met),
  };
}
