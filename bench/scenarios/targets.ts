/** A figure that has to reach a limit. */
export interface Goal {
  readonly value: number;
  readonly limit: number;
  readonly kind: 'at least' | 'at most' | 'below';
  readonly unit: string;
}

/** The goals of a row. It is met if all are. */
export type Target = readonly Goal[];

export const PLACEMENT_RATIO_MIN = 1;
/** Relative to what one row lock per order allows. */
export const HOT_RATIO_MIN = 4;
/** Relative to the processor time of orders of one line. */
export const BILLED_COST_RATIO_MAX = 1.5;
/** Relative to P, by the number of customers at once. */
export const CHECKOUT_RATIOS_MIN: Readonly<Record<number, number>> = { 16: 0.05, 256: 0.15 };
/** Sealing the one event of an order, relative to the processor time of placing it. */
export const SEALING_SHARE_MAX = 0.03;
/** Of the process that verifies, however many rows there are. */
export const VERIFICATION_MB_MAX = 250;
export const MIXED_RATIO_MIN = 1.5;
export const MIXED_P99_MS_MAX = 25;
export const CACHED_RATIO_MIN = 0.7;
/** Relative to a shop with 10,000 orders: at most 1.25 times the time is at least 0.8 times the rate. */
export const GROWTH_RATIO_MIN = 0.8;
/** The regular check of invariants, relative to a shop with 10,000 orders. */
export const CHECK_RATIO_MAX = 2;
export const JOBS_PER_SECOND_MIN = 5_000;
export const JOB_P99_MS_MAX = 250;
export const STREAM_P99_MS_MAX = 200;
export const MEMORY_MB_MAX = 250;
/** Memory is flat below this ratio: garbage collection by itself varies less. */
export const FLAT_RATIO_MAX = 1.1;
export const READY_MS_MAX = 2_000;
/** One customer alone. */
export const ALONE_ORDER_MS_MAX = 3;
export const ALONE_DETAIL_MS_MAX = 1;
export const ALONE_CHECKOUT_MS_MAX = 20;
/** On disk, for an order of one line, a day after it is done. */
export const DISK_BYTES_MAX = 1_500;

export function atLeast(value: number, limit: number, unit: string): Target {
  return [{ value, limit, kind: 'at least', unit }];
}

export function atMost(value: number, limit: number, unit: string): Target {
  return [{ value, limit, kind: 'at most', unit }];
}

export function below(value: number, limit: number, unit: string): Target {
  return [{ value, limit, kind: 'below', unit }];
}

/** Combines several targets into one that is met if all are. */
export function both(...targets: readonly Target[]): Target {
  return targets.flat();
}

export function describeTarget(target: Target): string {
  return target
    .map(({ kind, limit, unit }) => `${kind} ${limit.toLocaleString('en')} ${unit}`)
    .join(', ');
}

export function isMet(target: Target): boolean {
  return target.every(({ value, limit, kind }) => {
    if (kind === 'at least') return value >= limit;
    return kind === 'at most' ? value <= limit : value < limit;
  });
}
