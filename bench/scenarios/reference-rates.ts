import { measureReference } from '../support/reference.ts';
import type { Measurement, ScenarioInput } from './scenario.ts';

export type Reference = NonNullable<Measurement['reference']>;

/** Measures P, the limit without batching: one order per transaction and call, spread over all products. */
export function measureP(input: ScenarioInput): Promise<Reference> {
  return measure(input, { hot: false });
}

/** Measures what the row lock of one product allows at one order per transaction. */
export function measureRowLock(input: ScenarioInput): Promise<Reference> {
  return measure(input, { hot: true });
}

async function measure(
  { environment, connections, durationSeconds }: ScenarioInput,
  { hot }: { hot: boolean },
): Promise<Reference> {
  const options = { clients: connections, durationSeconds, hot };
  const { ordersPerSecond, by } = await measureReference(environment.referenceUrl, options);
  const where = hot ? 'of one product' : 'of 10,000 products';
  return {
    what: `one transaction and call per order ${where} (${by})`,
    perSecond: ordersPerSecond,
  };
}
