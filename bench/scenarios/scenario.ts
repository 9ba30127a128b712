import type { Environment } from '../support/environment.ts';
import type { CostMicros } from '../support/processor-time.ts';
import type { Shop } from '../support/shop.ts';
import type { Target } from './targets.ts';

export interface ScenarioInput {
  readonly environment: Environment;
  readonly shop: Shop;
  readonly durationSeconds: number;
  readonly connections: number;
  /** The largest shop that `growth` looks at. */
  readonly ordersMax: number;
  /** How many readers `streams` opens. */
  readonly streams: number;
}

/** One row of the table. */
export interface Measurement {
  readonly scenario: string;
  readonly what: string;
  /** Null where a rate says nothing. */
  readonly perSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Against which it is held. */
  readonly reference: { readonly what: string; readonly perSecond: number } | null;
  /** Processor time of one operation, which a busy machine changes less than its rate. Null where it is not told. */
  readonly cost: CostMicros | null;
  /** Replies that were not what the scenario wants, and broken connections. */
  readonly failures: number;
  readonly target: Target | null;
}

/** Of a row that is about something else than requests. */
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
