import { ascending, quantile } from '../../../bench/support/quantile.ts';
import type { Result } from './history.ts';

export type Counts = Record<Result, number>;

/** Counts the operations of a stretch by kind and measures how long acknowledged requests took. */
export class Tally {
  readonly byKind: Record<string, Counts> = {};
  readonly total: Counts = { ok: 0, refused: 0, unknown: 0 };
  #latenciesMs: number[] = [];
  #sinceSample: number[] = [];

  count(kind: string, result: Result): void {
    this.byKind[kind] ??= { ok: 0, refused: 0, unknown: 0 };
    this.byKind[kind][result] += 1;
    this.total[result] += 1;
  }

  took(ms: number): void {
    this.#latenciesMs.push(ms);
    this.#sinceSample.push(ms);
  }

  /** Returns the quantiles of all requests. */
  latency(): Latency {
    return quantiles(this.#latenciesMs);
  }

  /** Returns the quantiles of the requests since the last call. */
  takeLatency(): Latency {
    const latency = quantiles(this.#sinceSample);
    this.#sinceSample = [];
    return latency;
  }
}

/** Milliseconds, to a tenth; 0 without requests. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

function quantiles(values: readonly number[]): Latency {
  const sorted = values.toSorted(ascending);
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}
