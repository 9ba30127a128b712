import { getRate, runCosted } from '../support/load.ts';
import { buildPlacements } from '../support/shop.ts';
import { measureP, measureRowLock, type Reference } from './reference-rates.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, HOT_RATIO_MIN, PLACEMENT_RATIO_MIN } from './targets.ts';

/** Orders of one line over HTTP, each with its own Idempotency-Key, compared with P, the limit without batching. */
export const placeSpread: Scenario = {
  name: 'place-spread',
  says: 'orders of one line, spread over 10,000 products',
  async run(input) {
    const limit = await measureP(input);
    const placed = await measure(input, placeSpread, { hot: false });
    return [compareWith(placed, limit, PLACEMENT_RATIO_MIN, 'P')];
  },
};

/**
 * Compared with P, which is spread over all products, and with what the row lock of one product allows at one order per
 * transaction.
 */
export const placeHot: Scenario = {
  name: 'place-hot',
  says: 'orders of one line, all for one product',
  async run(input) {
    const limit = await measureP(input);
    const lock = await measureRowLock(input);
    const placed = await measure(input, placeHot, { hot: true });
    return [
      compareWith(placed, limit, PLACEMENT_RATIO_MIN, 'P'),
      compareWith(placed, lock, HOT_RATIO_MIN, 'the row lock'),
    ];
  },
};

async function measure(
  { environment, shop, durationSeconds, connections }: ScenarioInput,
  { name, says }: Scenario,
  { hot }: { hot: boolean },
): Promise<Omit<Measurement, 'reference' | 'target'> & { readonly perSecond: number }> {
  const load = (seconds: number) =>
    runCosted(environment, environment.server, {
      connections,
      durationSeconds: seconds,
      requests: buildPlacements(shop, { hot }),
    });
  await load(Math.min(3, durationSeconds));
  const result = await load(durationSeconds);
  return {
    scenario: name,
    what: `${says}, ${connections} connections (${result.by})`,
    perSecond: getRate(result),
    p50Ms: result.latencyMs.p50,
    p99Ms: result.latencyMs.p99,
    cost: result.cost,
    failures: result.failed,
  };
}

function compareWith(
  placed: Awaited<ReturnType<typeof measure>>,
  reference: Reference,
  ratioMin: number,
  name: string,
): Measurement {
  const target = atLeast(placed.perSecond / reference.perSecond, ratioMin, `× ${name}`);
  return { ...placed, reference, target };
}
