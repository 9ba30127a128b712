import type { Environment } from '../support/environment.ts';
import type { CostMicros } from '../support/processor-time.ts';
import type { Shop } from '../support/shop.ts';
import type { Target } from './targets.ts';

export interface ScenarioInput {
  readonly environment: Environment;
  readonly shop: Shop;
  readonly durationSeconds: number;
  readonly connections: number;
  /** The orders of the largest shop that `growth` measures. */
  readonly ordersMax: number;
  /** The number of streams that `streams` opens. */
  readonly streams: number;
}

/** One row of the table. */
export interface Measurement {
  readonly scenario: string;
  readonly what: string;
  /** Null where a rate has no meaning. */
  readonly perSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** The rate with which this one is compared. */
  readonly reference: { readonly what: string; readonly perSecond: number } | null;
  /** Processor time of one operation, which a busy machine affects less than its rate. Null where it is unknown. */
  readonly cost: CostMicros | null;
  /** Unexpected replies and broken connections. */
  readonly failures: number;
  readonly target: Target | null;
}

/** The fields of a row that does not measure requests. */
export const withoutRequests = {
  perSecond: null,
  p50Ms: null,
  p99Ms: null,
  reference: null,
  cost: null,
  failures: 0,
} as const satisfies Partial<Measurement>;

export interface Scenario {
  readonly name: string;
  readonly says: string;
  run(input: ScenarioInput): Promise<readonly Measurement[]>;
}
