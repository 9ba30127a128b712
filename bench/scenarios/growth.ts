import { type GrownShop, openGrownShops } from '../support/grown-shops.ts';
import { requireInvariants } from '../support/invariants.ts';
import { type CostedLoad, perSecondOf, runCosted } from '../support/load.ts';
import type { LoadRequest } from '../support/load-job.ts';
import { say } from '../support/say.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, GROWTH_RATIO_MIN } from './targets.ts';

const SIZES = [10_000, 100_000, 1_000_000];
const ROUNDS = 2;

/** The same requests to shops that have taken ever more orders, by turns; the best round of each counts. */
export const growth: Scenario = {
  name: 'growth',
  says: `placement, detail, lists and search at ${SIZES.map((size) => size.toLocaleString('en')).join(', ')} orders`,
  run: measure,
};

async function measure(input: ScenarioInput): Promise<Measurement[]> {
  const { environment, connections, ordersMax } = input;
  const sizes = SIZES.filter((size) => size <= ordersMax);
  await using stack = new AsyncDisposableStack();
  const shops = await openGrownShops(environment, stack, { sizes, customers: connections * 2 });
  const measurements: Measurement[] = [];
  // Placement at the end, since it makes a small shop larger.
  for (const operation of [...Object.keys(shops[0]!.reads), 'placement']) {
    const loads = await measureByTurns(input, shops, operation);
    measurements.push(...rowsOf(operation, shops, loads));
  }
  for (const { server, adminToken } of shops) await requireInvariants(server.url, adminToken);
  return measurements;
}

/** The best load of each shop, in their order. */
async function measureByTurns(
  { environment, connections, durationSeconds }: ScenarioInput,
  shops: readonly GrownShop[],
  operation: string,
): Promise<CostedLoad[]> {
  say(`  ${operation}`);
  const rounds = Math.min(ROUNDS, durationSeconds);
  const seconds = Math.max(1, Math.round(durationSeconds / rounds / 2));
  const best: CostedLoad[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, shop] of shops.entries()) {
      const load = await runCosted(environment, shop.server, {
        connections,
        durationSeconds: seconds,
        requests: requestsOf(shop, operation),
      });
      const before = best[index];
      if (before === undefined || perSecondOf(load) > perSecondOf(before)) best[index] = load;
    }
  }
  return best;
}

function requestsOf(shop: GrownShop, operation: string): readonly LoadRequest[] {
  return shop.reads[operation] ?? shop.placements;
}

function rowsOf(
  operation: string,
  shops: readonly GrownShop[],
  loads: readonly CostedLoad[],
): Measurement[] {
  const smallest = perSecondOf(loads[0]!);
  return loads.map((load, index) => {
    const perSecond = perSecondOf(load);
    return {
      scenario: growth.name,
      what: `${operation}, ${shops[index]!.orders.toLocaleString('en')} orders (${load.by})`,
      perSecond,
      p50Ms: load.latencyMs.p50,
      p99Ms: load.latencyMs.p99,
      reference:
        index === 0
          ? null
          : { what: `at ${shops[0]!.orders.toLocaleString('en')} orders`, perSecond: smallest },
      cost: load.cost,
      failures: load.failed,
      target:
        index === 0
          ? null
          : atLeast(perSecond / smallest, GROWTH_RATIO_MIN, 'of the smallest (within 1.25 ×)'),
    };
  });
}
